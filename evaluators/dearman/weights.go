package dearman

// weights are fitted to our own labels: the 156 blind ones with plain objectives (weight 1), the 144 older blind ones and
// the 197 of forms.jsonl (0.5, and 0.2 again with their objectives cut down to the statement). The model is a cumulative
// logit with a ridge; go test -run TestFitWeights -fit -v prints this table again, and what it is worth on situations that
// are left out. Signs with weights against their nature go by others beside them: a "strong" counts on top of its level.
var weights = map[skill]scale{
	describe: {weak: 1.67, strong: 3.47, weights: []float64{
		1.03,  // level
		-0.65, // strong
		0.41,  // level, in full
		0.39,  // strong, in full
		-0.34, // plain
		0.19,  // strong hits
		-0.08, // weak hits
		0.32,  // figures
		0.11,  // told
		0.39,  // known
		0.04,  // share of figures
		0.31,  // share of facts
		0.63,  // share told
		-0.06, // off topic
		0.30,  // asides
		-0.41, // others
		-1.27, // retorts
		-0.14, // ends astray
		0.27,  // gives in
		0.60,  // attack
		-0.28, // long
		0.29,  // moved
	}},
	negotiate: {weak: 1.06, strong: 3.05, weights: []float64{
		1.11,  // level
		0.20,  // strong
		1.08,  // level, in full
		0.46,  // strong, in full
		0.22,  // plain
		0.63,  // strong hits
		0.14,  // weak hits
		1.88,  // alternatives
		-0.01, // hands over
		-0.18, // figures
		-1.28, // gives in
		-1.09, // attack
		-0.07, // doubts
		-0.49, // long
	}},
	mindful: {weak: -0.31, strong: 1.36, weights: []float64{
		1.06,  // level
		-0.65, // strong
		0.41,  // level, in full
		-0.13, // strong, in full
		0.77,  // assert
		0.48,  // describe
		-0.09, // reinforce
		0.27,  // negotiate
		0.20,  // express
		0.19,  // empty
		-1.87, // attack
		0.22,  // sarcasm
		-0.99, // judgement
		-0.79, // threat
		-0.97, // gives in
		-0.60, // retorts
		-0.18, // asides
		-0.27, // ends astray
		-0.47, // starts astray
		-0.40, // talk
		-0.93, // others
		-0.75, // off topic
		-0.23, // named
		-0.35, // loud
		-0.02, // doubts
		-0.61, // long
		0.42,  // plain
	}},
	confident: {weak: 0.73, strong: 3.42, weights: []float64{
		0.92,  // level
		0.40,  // strong
		0.33,  // level, in full
		0.77,  // strong, in full
		0.92,  // assert
		-0.63, // doubts
		0.37,  // many doubts
		0.18,  // doubtless
		-1.44, // sorry
		0.27,  // hedges
		0.36,  // small
		-1.31, // gives in
		-0.23, // empty
		-0.86, // attack
		-0.08, // threat
		0.43,  // long
		1.15,  // plain
	}},
}
