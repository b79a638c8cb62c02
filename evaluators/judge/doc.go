// Package judge lets a language model rate what an evaluator family declares: the same dimensions on the same ranges as the
// family's builtin evaluator, by method "llm". A [Family] gives definitions and a rubric; everything else is generic.
//
// # Asking
//
// One question per turn: the definitions and the rubric, the case, what was said before, and the turn. For each dimension
// the model first gives its reason, then the words that show it, then a label or number, then how sure it is. Later turns
// are not shown. What people said is fenced as data; turns before the judged one may be dropped, oldest first, when the
// model's context is too short. Dimensions of the whole episode are composed of the turns where the family has a rule for
// that, and are one more question where it has none. The temperature is 0. Questions about successive turns begin with the
// same words, so that endpoints can serve most of them from their cache.
//
// # Believing
//
// An answer counts when it is of the form asked for, down to keys and ranges, and when its evidence is there:
//
//   - words quoted that nobody said make the verdict of that dimension INVALID_ANSWER. They are compared without regard to
//     case, spacing and the shapes of quotation marks and dashes; the span has the true text. "Not applicable", the lowest
//     label and the lowest number need no evidence, and with them a false quotation is left out; any other label needs one,
//     any other number may do without;
//   - a verdict without a reason is INVALID_ANSWER, except for "not applicable";
//   - one and the same reason for four dimensions or more that are above their lowest level shows that the model did not
//     judge each: these become INVALID_ANSWER. The same level everywhere is no such sign, people do speak well.
//
// A model that refuses, or is stopped by a filter, gives REFUSED. An answer that is cut, empty or of another form is asked
// for once more, as another draw, and then gives INVALID_ANSWER. A model that cannot be asked gives EVALUATOR_FAILED for
// that turn, and the others go on; only when the run is out of budget, the call is cancelled or out of time, or ModelService
// says that it is UNAVAILABLE, the error goes up as it is, since whoever asked can try again later. In no case does a
// number come out that the model did not give.
//
// # Families
//
// [DearMan] rates each dimension by itself; any family can, by a [Family] of its own. [ExpressedEmotion] has the model list the
// emotions of a turn, with the words that show each. [Reader] has it spread 1 over what somebody feels, and scores that against the
// state committed, which it is not shown. families.go has those of the field: [Empathy], [Support], [Screening], [Safety] and [CBT] with
// the dimensions of their rules, [Social], [Alliance] and [Fidelity], which no rules can read. [Rubric] is the family that somebody
// wrote down in a file; codes.go reads verdicts that code pieces of text. Shares that do not make 1, an emotion twice, more of them than one turn holds: each has
// its reason.
//
// # What it may touch
//
// It asks ModelService and nobody else, on the account it is given. It keeps nothing. Read family.go first, then judge.go;
// prompts and rubrics are files.
package judge
