// Package check holds the pages, from outside, against a real log: what they say, what authors may do to their readers, who may ask
// from where, and that events go on. How they look and move in a browser is checked by tools/browser.
package check
