package agreement

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
)

// epitomeMechanisms are the dimensions of EPITOME (Sharma et al. 2020), by what stands in the name of the file that labels them.
var epitomeMechanisms = []struct{ file, dimension string }{
	{"emotional", "empathy.emotional_reactions"}, {"interpretation", "empathy.interpretations"}, {"exploration", "empathy.explorations"},
}

// epitomeLevels are the levels, by their numbers.
var epitomeLevels = map[string]string{"0": "none", "1": "weak", "2": "strong"}

// epitomeRecords reads a CSV of EPITOME: columns sp_id, rp_id, seeker_post, response_post and level. Each mechanism has a file of
// its own, so the file's name has to say which it is. The seeker's post is the context; a group is the seeker's post.
func epitomeRecords(data []byte, name string) ([]record, error) {
	dimension := ""
	for _, m := range epitomeMechanisms {
		if strings.Contains(strings.ToLower(filepath.Base(name)), m.file) {
			dimension = m.dimension
		}
	}
	if dimension == "" {
		return nil, Problems{{File: name, Message: "nobody can tell which mechanism the levels are of",
			Hint: "the file's name has to hold emotional, interpretation or exploration, as in emotional-reactions-reddit.csv"}}
	}
	rows, err := csvRows(data, name, "seeker_post", "response_post", "level")
	if err != nil {
		return nil, err
	}
	var records []record
	var problems Problems
	for _, row := range rows {
		level, ok := epitomeLevels[strings.TrimSuffix(row.cells["level"], ".0")]
		if !ok {
			problems = append(problems, Problem{File: name, Line: row.line, Column: 1, Field: "level", Message: fmt.Sprintf("%q is no level", row.cells["level"]), Hint: "a level is 0, 1 or 2"})
			if len(problems) == maxProblems {
				break
			}
			continue
		}
		seeker, response := row.cells["seeker_post"], row.cells["response_post"]
		if response == "" {
			continue
		}
		each := record{ID: fmt.Sprint("line-", row.line), Group: cmp.Or(row.cells["sp_id"], fmt.Sprint("line-", row.line)), Role: "helper", Text: response, Labels: map[string]any{dimension: level}}
		if seeker != "" {
			each.Context = []said{{Role: "seeker", Text: seeker}}
		}
		records = append(records, each)
	}
	return records, problems.Err()
}
