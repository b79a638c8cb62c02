// Package classify learns to label short texts from examples, and says which words told: logistic regression over features that
// carry their place in the text, and a network with one hidden layer over the same features. It is for readers whose rules have come to
// their end and who have a corpus of their own.
//
//	bag := classify.NewBag()
//	bag.Words("w", tokens, 2)           // words and pairs of words
//	bag.Letters("c", tokens, 3, 5)      // pieces of words, where spelling varies
//	bag.Add("cue:asks", 2, start, end)  // anything else that was found out; 2 is penalised less than 1
//
//	model, err := classify.Train(samples, []string{"none", "weak", "strong"}, classify.Options{Penalty: 1e-3, Ordered: true})
//	p := model.Probabilities(bag)       // sums to 1
//	model.Explain(bag, 2, 3)            // the three features that spoke most for label 2, with their spans
//
// # The linear model
//
// With Ordered, or two labels, it is the cumulative logit (McCullagh 1980, "Regression Models for Ordinal Data"): one weight for
// each feature, P(label <= k) = 1 / (1 + exp(sum - Cuts[k])). Otherwise it is the multinomial logit with a weight of each feature
// for each label. Weights are those of most likelihood under a ridge. There is no chance in training: the same samples in the same
// order give the same file, byte for byte.
//
// # The network
//
// A [Network] answers several questions with one hidden layer of rectified units: softmax(outputs * max(0, rows * features + biases) +
// offsets) for each question. It is for corpora of thousands of texts in which what a feature means depends on others, and for labels that
// have something to teach each other (Caruana 1997, "Multitask Learning"). It learns by Adam (Kingma and Ba 2015) with dropout of features
// and units (Srivastava et al. 2014); the seed is an option, so the same examples give the same file here too, on processors of one kind: exponentials
// differ in their last digit from kind to kind, and many steps carry that on. Weights of features are kept in a byte each.
//
// # Keeping a model
//
// [Model.Text] writes a sorted text with weights to three digits, made to be embedded and to be read in a diff; [Parse] reads it,
// and [MustParse] what is embedded. [Network.Text], [ParseNetwork] and [MustParseNetwork] do so for networks, of which no diff can be read.
// Commit the corpus, the file, and a test that trains again and compares. Choose options by [Held], which predicts each sample by a model
// that saw no sample of its group; a choice made on what is then reported flatters.
//
// # Reading the code
//
// bag.go holds features, index.go finds those that a model knows. linear.go says what they come to, panel.go for several models at once,
// file.go the form a model is kept in; train.go learns by descend.go, held.go leaves out in turn. network.go, network_file.go and
// network_train.go are the same for networks. The package imports internal/language only, and knows no words itself.
package classify
