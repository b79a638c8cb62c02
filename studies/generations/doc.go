// Package generations follows a policy that learns from its own conversations, generation by generation: how many are accepted for the next
// round, what they are rewarded with, how much they differ from each other, and whether enough good and different ones are left to learn from.
// A loop that accepts more and more of the same looks like progress by its reward alone.
//
// [Table.Add] takes in conversations one by one, [Table.Report] says what each generation came to and how it differs from the first.
// Accepted is a valid episode whose focal role's reward is at least a threshold.
//
// It may import what the room of studies may. Start reading at measures.go.
package generations
