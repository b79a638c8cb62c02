// Package labelstudio carries campaigns to Label Studio and what was annotated there back: tasks and a labeling configuration made of the
// rubric one way, ratings the other. Shapes are those of Label Studio's documentation (guide/task_format, tags/paragraphs, tags/choices,
// tags/paragraphlabels, tags/textarea).
//
// A task holds what a rater may see and nothing else; what is masked in FeedbackService is masked here, since tasks are made of the same
// shown items. Label Studio shows everything at once, so that campaigns which ask before and after consequences stay here.
//
// It has no I/O. It may import the contracts. Start reading at [Tasks] and [Read].
package labelstudio
