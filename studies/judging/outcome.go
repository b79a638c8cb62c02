package judging

// order is what a judge said of an anchor in one order, over all samples.
type order struct {
	choice Choice
	// stated is the mean confidence of the samples that chose so, share how many of them did.
	stated, share float64
	right         float64 // 0 or 1
}

// outcome is what a judge made of an anchor, both orders together.
type outcome struct {
	anchor *Anchor
	orders [2]order // a first, b first
	// choice is that of both orders where they agree, else a tie.
	choice     Choice
	consistent bool
}

// right is the share of both orders that were right, wrong whether what they come to together is not.
func (o outcome) right() float64 { return (o.orders[0].right + o.orders[1].right) / 2 }
func (o outcome) wrong() bool    { return o.choice != o.anchor.Label }

// first is how much the place sways: 1 where whatever comes first is chosen, -1 where what comes second, 0 where the text decides.
func (o outcome) first() float64 { return o.orders[0].choice.worth() - o.orders[1].choice.worth() }

// sure is the mean confidence of both orders.
func (o outcome) sure() float64 { return (o.orders[0].stated + o.orders[1].stated) / 2 }

// outcomesOf brings a reading together, by anchor; anchors with an order that nobody answered are left out. Missing verdicts are counted.
func outcomesOf(anchors *Anchors, reading *Reading) (out []*outcome, missing map[string]int) {
	type at struct {
		anchor  string
		swapped bool
	}
	said, missing := map[at][]Verdict{}, map[string]int{}
	for _, v := range reading.Verdicts {
		if v.Missing != "" {
			missing[v.Missing]++
			continue
		}
		said[at{v.Anchor, v.Swapped}] = append(said[at{v.Anchor, v.Swapped}], v)
	}
	for _, anchor := range anchors.List {
		plain, swapped := said[at{anchor.ID, false}], said[at{anchor.ID, true}]
		if len(plain) == 0 || len(swapped) == 0 {
			continue
		}
		o := &outcome{anchor: anchor, orders: [2]order{orderOf(anchor, plain), orderOf(anchor, swapped)}, choice: Tie}
		if o.consistent = o.orders[0].choice == o.orders[1].choice; o.consistent {
			o.choice = o.orders[0].choice
		}
		out = append(out, o)
	}
	return out, missing
}

// orderOf is the most frequent choice; where two are as frequent it is a tie.
func orderOf(anchor *Anchor, verdicts []Verdict) order {
	counts, stated := map[Choice]float64{}, map[Choice]float64{}
	for _, v := range verdicts {
		counts[v.Choice]++
		stated[v.Choice] += v.Confidence
	}
	o, most := order{choice: Tie}, 0.0
	for _, choice := range []Choice{A, B, Tie} {
		switch n := counts[choice]; {
		case n > most:
			o.choice, most = choice, n
		case n == most && n > 0:
			o.choice = Tie
		}
	}
	if n := counts[o.choice]; n > 0 {
		o.stated = stated[o.choice] / n
	} else { // a tie that nobody said
		o.stated = (stated[A] + stated[B]) / (counts[A] + counts[B])
	}
	o.share = counts[o.choice] / float64(len(verdicts))
	if o.choice == anchor.Label {
		o.right = 1
	}
	return o
}
