// Package prompt renders what is said to language models: text templates in files, each with the hash of its source, so
// that a record can say which words were used.
//
// It knows no domain. Text that comes from outside (a transcript, a persona) is data wherever it stands in a prompt: [Quote]
// fences it so that it cannot pass for instructions.
package prompt
