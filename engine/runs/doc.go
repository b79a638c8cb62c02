// Package runs is the driver for batches: it checks a design, writes its manifest and plays its episodes, several at
// once. What comes out does not depend on how many at once, nor in which order.
//
// [Service] is the same for callers on the wire: RunService of the contracts. Start reading at [Runner].
package runs
