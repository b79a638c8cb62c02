package projection

// KeepFrom makes runs of n episodes large.
func (x *Index) KeepFrom(n int) { x.many = n }
