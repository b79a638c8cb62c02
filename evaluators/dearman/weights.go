package dearman

// weights are fitted to our own labels: the 156 blind ones with plain objectives (weight 1), the 144 older blind ones and
// the 197 of forms.jsonl (0.5, and 0.2 again with their objectives cut down to the statement). The model is a cumulative
// logit with a ridge; go test -run TestFitWeights -fit -v prints this table again, and what it is worth on situations that
// are left out. Signs with weights against their nature go by others beside them: a "strong" counts on top of its level.
var weights = map[skill]scale{
	describe: {weak: 1.66, strong: 3.46, weights: []float64{
		1.03,  // level
		-0.65, // strong
		0.41,  // level, in full
		0.39,  // strong, in full
		-0.33, // plain
		0.19,  // strong hits
		-0.08, // weak hits
		0.32,  // figures
		0.11,  // told
		0.39,  // known
		0.04,  // share of figures
		0.31,  // share of facts
		0.63,  // share told
		-0.07, // off topic
		0.30,  // asides
		-0.40, // others
		-1.27, // retorts
		-0.14, // ends astray
		0.26,  // gives in
		0.60,  // attack
		-0.26, // long
		0.27,  // moved
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
	mindful: {weak: -0.36, strong: 1.29, weights: []float64{
		0.95,  // level
		-0.54, // strong
		0.46,  // level, in full
		-0.16, // strong, in full
		0.71,  // assert
		0.49,  // describe
		-0.07, // reinforce
		0.38,  // negotiate
		0.18,  // express
		0.18,  // empty
		-1.93, // attack
		0.19,  // sarcasm
		-0.86, // judgement
		-0.80, // threat
		-1.02, // gives in
		-0.56, // retorts
		-0.20, // asides
		-0.31, // ends astray
		-0.51, // starts astray
		-0.39, // talk
		-0.86, // others
		-0.72, // off topic
		-0.23, // named
		-0.31, // loud
		-0.02, // doubts
		-0.64, // long
		0.48,  // plain
	}},
	confident: {weak: 0.73, strong: 3.42, weights: []float64{
		0.98,  // level
		0.35,  // strong
		0.36,  // level, in full
		0.61,  // strong, in full
		0.93,  // assert
		-0.62, // doubts
		0.40,  // many doubts
		0.24,  // doubtless
		-1.42, // sorry
		0.27,  // hedges
		0.35,  // small
		-1.25, // gives in
		-0.32, // empty
		-0.85, // attack
		-0.07, // threat
		0.39,  // long
		1.08,  // plain
	}},
}
