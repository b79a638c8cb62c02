package classify

import "math"

// Limits of the descent. Chosen: it settles long before the steps run out, and the slope it stops at moves no weight by a digit that is kept.
const (
	memory  = 12
	steps   = 600
	settled = 1e-7
)

// descend finds where a smooth function is smallest: L-BFGS with a backtracking line search (Nocedal and Wright 2006, "Numerical
// Optimization", algorithms 7.4 and 3.1).
func descend(at []float64, f func([]float64) (float64, []float64)) []float64 {
	value, slope := f(at)
	var moves, bends [][]float64
	for range steps {
		if norm(slope) < settled {
			break
		}
		step := direction(slope, moves, bends)
		downhill := dot(step, slope)
		if downhill >= 0 { // the memory misleads: begin anew
			moves, bends = nil, nil
			step, downhill = scaled(slope, -1), -dot(slope, slope)
		}
		size := 1.0
		if moves == nil {
			size = min(1, 1/norm(slope))
		}
		next, nextValue, nextSlope, ok := search(at, step, value, downhill, size, f)
		if !ok {
			break // rounding is all that is left
		}
		move, bend := minus(next, at), minus(nextSlope, slope)
		if dot(move, bend) > 1e-12*dot(bend, bend) {
			moves, bends = append(moves, move), append(bends, bend)
			if len(moves) > memory {
				moves, bends = moves[1:], bends[1:]
			}
		}
		at, value, slope = next, nextValue, nextSlope
	}
	return at
}

// search shortens a step until it gains enough (Armijo).
func search(at, step []float64, value, downhill, size float64, f func([]float64) (float64, []float64)) (next []float64, nextValue float64, slope []float64, ok bool) {
	for range 50 {
		next = make([]float64, len(at))
		for i := range at {
			next[i] = at[i] + float64(size*step[i])
		}
		if nextValue, slope = f(next); nextValue <= value+1e-4*size*downhill {
			return next, nextValue, slope, true
		}
		size /= 2
	}
	return nil, 0, nil, false
}

// direction is minus the slope, bent by what the last moves showed of the curvature: the two loops.
func direction(slope []float64, moves, bends [][]float64) []float64 {
	q, n := scaled(slope, -1), len(moves)
	parts := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		parts[i] = dot(moves[i], q) / dot(moves[i], bends[i])
		add(q, bends[i], -parts[i])
	}
	if n > 0 {
		scale := dot(moves[n-1], bends[n-1]) / dot(bends[n-1], bends[n-1])
		for i := range q {
			q[i] *= scale
		}
	}
	for i := range n {
		add(q, moves[i], parts[i]-dot(bends[i], q)/dot(moves[i], bends[i]))
	}
	return q
}

// Products are rounded before they are added (float64(...)), so that machines that fuse the two agree with those that do not.
func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i] * b[i])
	}
	return sum
}

func norm(a []float64) float64 { return math.Sqrt(dot(a, a)) }

func add(to, what []float64, times float64) {
	for i := range to {
		to[i] += float64(times * what[i])
	}
}

func minus(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] - b[i]
	}
	return out
}

func scaled(a []float64, by float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] * by
	}
	return out
}
