package stats

import "fmt"

// BinaryBrier is the mean squared difference between how sure somebody was and whether it was so (Brier 1950, of one of two
// outcomes): 0 is sure and right, .25 what saying .5 to everything gets, 1 sure and wrong. Proper: nobody does better by saying
// anything but what they believe.
func BinaryBrier(guesses []Guess) (float64, error) {
	if len(guesses) == 0 {
		return 0, fmt.Errorf("score of Brier: %w: there are no guesses", ErrUndefined)
	}
	sum := 0.0
	for _, g := range guesses {
		if !(g.Confidence >= 0 && g.Confidence <= 1 && g.Right >= 0 && g.Right <= 1) {
			return 0, fmt.Errorf("score of Brier: %w: %+v is not within 0 and 1", ErrUndefined, g)
		}
		sum += (g.Confidence - g.Right) * (g.Confidence - g.Right)
	}
	return sum / float64(len(guesses)), nil
}

// Discrimination is the probability that of two guesses, one right and one wrong, the right one was made with more confidence
// (ties count half): the area under the ROC curve, .5 where confidence says nothing. Guesses are right (1) or wrong (0). It needs both.
func Discrimination(guesses []Guess) (float64, error) {
	var wrong, right []float64
	for _, g := range guesses {
		switch g.Right {
		case 0:
			wrong = append(wrong, g.Confidence)
		case 1:
			right = append(right, g.Confidence)
		default:
			return 0, fmt.Errorf("discrimination: %w: %v is neither right nor wrong", ErrUndefined, g.Right)
		}
	}
	return AUC(wrong, right)
}
