package agreement

import "github.com/vignette-sim/vignette/internal/stats"

// Report is how far an evaluator agrees with labels. Numbers that are not defined for these labels are nil.
type Report struct {
	// Evaluator is its name, Model the model that judged (nil: rules), Version that of its rules or prompts.
	Evaluator string  `json:"evaluator"`
	Model     *string `json:"model"`
	Version   string  `json:"version"`
	// Utterances that were put to it, Ratings of them (lines of the file), and Raters by name.
	Utterances int `json:"utterances"`
	Ratings    int `json:"ratings"`
	Raters     int `json:"raters"`
	// Consensus and Weights say by which rules several raters became one, and disagreement between ordered labels counts.
	Consensus string `json:"consensus"`
	Weights   string `json:"weights"`
	// Intervals say how the 95% intervals came about.
	Intervals Intervals `json:"intervals"`
	// Dimensions by id: those that have labels.
	Dimensions map[string]*Agreement `json:"dimensions"`
	// Groups has the same by group, where it was asked for. Utterances without a group are under "".
	Groups map[string]map[string]*Agreement `json:"groups,omitempty"`
	// Unlabelled are dimensions that were asked for, or all, and have no label in the file.
	Unlabelled []string `json:"unlabelled,omitempty"`
	// Unread are keys of the file that mean nothing here, each with how many lines have it.
	Unread map[string]int `json:"unread,omitempty"`
}

// Intervals say how intervals came about: by drawing whole clusters again.
type Intervals struct {
	Level     float64 `json:"level"`
	Resamples int     `json:"resamples"`
	Seed      uint64  `json:"seed"`
	// Clusters is what is drawn: "group" where the labels have groups, else "id".
	Clusters string `json:"clusters"`
	// Count is how many there are.
	Count int `json:"count"`
}

// CI is a 95% interval, low to high; nil where there is none.
type CI *[2]float64

// Agreement is how far an evaluator agrees with labels on one dimension.
type Agreement struct {
	// Scale is "ordinal", "nominal", "codes" or "number"; Ordinal says whether labels have an order.
	Scale   string `json:"scale"`
	Ordinal bool   `json:"ordinal"`
	// N utterances have a label, or a consensus of labels; for Answered of them the evaluator has a value. "Not applicable" is a
	// label where there is one label; where there are codes or numbers it is none, so it is not in N, and missing if the
	// evaluator says it alone.
	N        int `json:"n"`
	Answered int `json:"answered"`
	// Missing counts those without one by reason, MissingDetail has one message for each.
	Missing       map[string]int    `json:"missing"`
	MissingDetail map[string]string `json:"missing_detail,omitempty"`
	// Ties are utterances (with codes: codes of utterances) on which raters are split in equal parts, Several ratings that gave
	// several labels where one is allowed. Both are left out.
	Ties    int `json:"ties"`
	Several int `json:"several_labels"`

	// Accuracy is the share of all N with the label of the consensus: what is missing is wrong. AccuracyAnswered leaves the
	// missing out. With codes a whole set has to be right. MajorityAccuracy is what always saying the most frequent label
	// (MajorityLabel) would get.
	Accuracy         *float64 `json:"accuracy"`
	AccuracyCI       CI       `json:"accuracy_ci95"`
	AccuracyAnswered *float64 `json:"accuracy_answered"`
	MajorityAccuracy *float64 `json:"majority_accuracy"`
	MajorityLabel    string   `json:"majority_label,omitempty"`
	// MacroF1 is over the labels that the consensus has, of all N. MajorityMacroF1 is what the most frequent label would get.
	MacroF1         *float64 `json:"macro_f1"`
	MacroF1CI       CI       `json:"macro_f1_ci95"`
	MajorityMacroF1 *float64 `json:"majority_macro_f1"`
	// Kappa is Cohen's, of what was answered; not_applicable is a label like the others. With codes it is the mean over the codes
	// that the consensus has.
	Kappa   *float64 `json:"kappa"`
	KappaCI CI       `json:"kappa_ci95"`
	// WeightedKappa is Cohen's with quadratic weights, of the WeightedN utterances to which both gave a label other than
	// not_applicable, which has no place in the order. Ordinal labels only; LinearKappa is the same with linear weights.
	WeightedKappa   *float64 `json:"weighted_kappa"`
	WeightedKappaCI CI       `json:"weighted_kappa_ci95"`
	LinearKappa     *float64 `json:"linear_kappa,omitempty"`
	WeightedN       int      `json:"weighted_n,omitempty"`
	// Applicability is whether both see where the dimension does not apply; nil where both apply it everywhere.
	Applicability *Applicability `json:"applicability,omitempty"`
	// Classes are the labels, or codes, that either used.
	Classes map[string]*Class `json:"classes"`
	// Confusion counts what the consensus and the evaluator say of the same utterance; nil for codes and numbers.
	Confusion *Confusion `json:"confusion,omitempty"`

	// AppliedKappa is Cohen's of nominal labels over the AppliedN utterances to which both apply the dimension: how the labels
	// are told apart, without whether there is anything to tell.
	AppliedKappa   *float64 `json:"applied_kappa,omitempty"`
	AppliedKappaCI CI       `json:"applied_kappa_ci95,omitempty"`
	AppliedN       int      `json:"applied_n,omitempty"`
	// Confidence is how far the evaluator's own confidence comes true; nil where it gives none. Abstention scores what it left
	// unsaid; nil where it answered all.
	Confidence *Confidence `json:"confidence,omitempty"`
	Abstention *Abstention `json:"abstention,omitempty"`

	// Number is for dimensions that are numbers.
	Number *Number `json:"number,omitempty"`
	// Raters is how far raters agree with one another; nil where no utterance has two.
	Raters *Raters `json:"raters,omitempty"`
}

// Applicability is agreement on whether a dimension applies, of what was answered.
type Applicability struct {
	// Raters and Evaluator count the utterances to which each says it does not, Both those where both do.
	Raters    int `json:"raters_not_applicable"`
	Evaluator int `json:"evaluator_not_applicable"`
	Both      int `json:"both_not_applicable"`
	// Accuracy is the share on which they agree, Kappa that beyond chance.
	Accuracy *float64 `json:"accuracy"`
	Kappa    *float64 `json:"kappa"`
	KappaCI  CI       `json:"kappa_ci95"`
}

// Class is how well one label, or code, is told from the others, over all N.
type Class struct {
	Precision *float64 `json:"precision"`
	Recall    *float64 `json:"recall"`
	F1        *float64 `json:"f1"`
	// N utterances have it by the consensus, Said by the evaluator.
	N    int `json:"n"`
	Said int `json:"said"`
	// Kappa is of codes: has it, has it not, of what was answered.
	Kappa   *float64 `json:"kappa,omitempty"`
	KappaCI CI       `json:"kappa_ci95,omitempty"`
}

// Confusion counts utterances: Counts[i][j] have Labels[i] by the consensus and Columns[j] by the evaluator. The last column is
// "missing".
type Confusion struct {
	Labels  []string `json:"labels"`
	Columns []string `json:"columns"`
	Counts  [][]int  `json:"counts"`
}

// Number is agreement about numbers, of what was answered.
type Number struct {
	// MeanAbsoluteError is on the dimension's scale; MedianError is what always saying the median of the labels would get.
	MeanAbsoluteError   *float64 `json:"mean_absolute_error"`
	MeanAbsoluteErrorCI CI       `json:"mean_absolute_error_ci95"`
	MedianError         *float64 `json:"median_absolute_error"`
	// Bias is by how much the evaluator is higher.
	Bias       *float64 `json:"bias"`
	Pearson    *float64 `json:"pearson"`
	PearsonCI  CI       `json:"pearson_ci95"`
	Spearman   *float64 `json:"spearman"`
	SpearmanCI CI       `json:"spearman_ci95"`
	// ICC is ICC(2,1) of Shrout and Fleiss: agreement about the number itself.
	ICC   *float64 `json:"icc"`
	ICCCI CI       `json:"icc_ci95"`
}

// Raters is how far raters agree with one another.
type Raters struct {
	// Alpha is Krippendorff's over all raters: ordinal for ordinal labels, nominal, or of intervals for numbers. With codes it is the
	// mean over CodeAlphas: nominal for each code that any rater gave, has it or has it not.
	Alpha      *float64            `json:"alpha"`
	CodeAlphas map[string]*float64 `json:"code_alphas,omitempty"`
	// ICC is ICC(1,1) of numbers, over whoever rated (Shrout and Fleiss 1979).
	ICC *float64 `json:"icc,omitempty"`
	// Pairs of raters who share utterances, at most 45 of them, and their mean. EvaluatorPairs is the mean of the evaluator with
	// each rater.
	Pairs          []Pair     `json:"pairs"`
	PairMean       *Closeness `json:"pair_mean"`
	EvaluatorPairs *Closeness `json:"evaluator_pair_mean"`
	// Rest compares each rater with the consensus of the others, and the evaluator with the same consensus on the same utterances;
	// RestMean and EvaluatorRest are the means over raters.
	Rest          []Rest     `json:"rest"`
	RestMean      *Closeness `json:"rater_vs_rest"`
	EvaluatorRest *Closeness `json:"evaluator_vs_rest"`
}

// Pair is two raters.
type Pair struct {
	A string `json:"a"`
	B string `json:"b"`
	Closeness
}

// Rest is a rater against the consensus of the others.
type Rest struct {
	Rater string `json:"rater"`
	Closeness
	Evaluator Closeness `json:"evaluator"`
}

// Closeness is how close two are on some utterances: labels and codes by accuracy and kappas, numbers by the other two.
type Closeness struct {
	N                 int      `json:"n"`
	Accuracy          *float64 `json:"accuracy,omitempty"`
	Kappa             *float64 `json:"kappa,omitempty"`
	WeightedKappa     *float64 `json:"weighted_kappa,omitempty"`
	Pearson           *float64 `json:"pearson,omitempty"`
	MeanAbsoluteError *float64 `json:"mean_absolute_error,omitempty"`
}

// known is a number, or nil where it is undefined.
func known(x float64, err error) *float64 {
	if err != nil {
		return nil
	}
	return &x
}

func ends(interval stats.Interval, err error) CI {
	if err != nil {
		return nil
	}
	return &[2]float64{interval.Low, interval.High}
}
