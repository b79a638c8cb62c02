package compare

// placed says which cluster each of some pairs is in.
type placed struct {
	over          Population
	row, column   []int
	rows, columns int
}

// placing finds the widest population that there are enough clusters for.
func placing(pairs []Pair) placed {
	scenarios, persons := numbered(pairs, func(p Pair) string { return p.Scenario }), numbered(pairs, func(p Pair) string { return p.Person })
	several := persons.n >= Enough && crossed(scenarios, persons)
	one := make([]int, len(pairs))
	switch {
	case scenarios.n >= Enough && several:
		return placed{ScenariosAndPersons, scenarios.of, persons.of, scenarios.n, persons.n}
	case scenarios.n >= Enough:
		return placed{Scenarios, scenarios.of, one, scenarios.n, 0}
	case persons.n >= Enough:
		return placed{Persons, persons.of, one, persons.n, 0}
	}
	if cells := numbered(pairs, func(p Pair) string { return p.Cell }); cells.n >= Enough {
		return placed{Cells, cells.of, one, cells.n, 0}
	}
	each := make([]int, len(pairs))
	for i := range each {
		each[i] = i
	}
	return placed{Pairs, each, one, len(pairs), 0}
}

// numbers are clusters by number, in the order they come, and how many there are.
type numbers struct {
	of []int
	n  int
}

// numbered numbers pairs by a key.
func numbered(pairs []Pair, key func(Pair) string) numbers {
	at := map[string]int{}
	out := numbers{of: make([]int, len(pairs))}
	for i, p := range pairs {
		k := key(p)
		if _, ok := at[k]; !ok {
			at[k] = len(at)
		}
		out.of[i] = at[k]
	}
	out.n = len(at)
	return out
}

// crossed says whether some person is met in more than one scenario: persons who belong to one scenario each are drawn with it.
func crossed(scenarios, persons numbers) bool {
	in := map[int]int{}
	for i, person := range persons.of {
		if first, ok := in[person]; ok && first != scenarios.of[i] {
			return true
		} else if !ok {
			in[person] = scenarios.of[i]
		}
	}
	return false
}
