// Package checkup asks a model endpoint a few tiny questions and says what it can do, what will not work, and how to mend it.
//
// It speaks plain HTTP, since what is looked at is what the endpoint really answers, before anybody makes the best of it. It
// makes one attempt at everything and prints nothing; findings hold no key.
//
// Start reading at [Run].
package checkup
