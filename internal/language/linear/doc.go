// Package linear learns to label short texts from examples, and says which words told: logistic regression over features that
// carry their place in the text. It is for readers whose rules have come to their end and who have a corpus of their own.
//
//	bag := linear.NewBag()
//	bag.Words("w", tokens, 2)           // words and pairs of words
//	bag.Letters("c", tokens, 3, 5)      // pieces of words, where spelling varies
//	bag.Add("cue:asks", 2, start, end)  // anything else that was found out; 2 is penalised less than 1
//
//	model, err := linear.Train(samples, []string{"none", "weak", "strong"}, linear.Options{Penalty: 1e-3, Ordered: true})
//	p := model.Probabilities(bag)       // sums to 1
//	model.Explain(bag, 2, 3)            // the three features that spoke most for label 2, with their spans
//
// # The model
//
// With Ordered, or two labels, it is the cumulative logit (McCullagh 1980, "Regression Models for Ordinal Data"): one weight for
// each feature, P(label <= k) = 1 / (1 + exp(sum - Cuts[k])). Otherwise it is the multinomial logit with a weight of each feature
// for each label. Weights are those of most likelihood under a ridge. There is no chance in training: the same samples in the same
// order give the same file, byte for byte.
//
// # Keeping a model
//
// [Model.Text] writes a sorted text with weights to three digits, made to be embedded and to be read in a diff; [Parse] reads it,
// and [MustParse] what is embedded. Commit the corpus, the file, and a test that trains again and compares. Choose options by [Held],
// which predicts each sample by a model that saw no sample of its group; a choice made on what is then reported flatters.
//
// # Reading the code
//
// bag.go holds features, model.go what is made of them, file.go the form it is kept in; train.go learns by descend.go, held.go leaves out in
// turn. The package imports internal/language only, and knows no words itself.
package linear
