// Package practise is the terminal in which one practises: a window of Bubble Tea, and a plain mode for pipes and screen readers.
//
// It asks PracticeService and shows what it says; it decides nothing. All text that it shows is inert. It may touch the contracts,
// internal/inert and internal/enumname. Start reading at [Desk].
package practise
