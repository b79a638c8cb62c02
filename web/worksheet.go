package web

import (
	"net/http"
	"slices"
	"strings"

	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
)

// worksheetPage is the worksheet of a formulation, with what came of the last one.
type worksheetPage struct {
	*vignettev1.PracticeSession
	Mine     bool
	Begun    bool
	Says     string
	Filled   *vignettev1.Formulation
	Scored   *vignettev1.ScoredFormulation
	Emotions []vignettev1.Emotion
	Beliefs  []vignettev1.CoreBelief_Category
	Fields   []worksheetField
}

// worksheetField is a field of text of the worksheet.
type worksheetField struct{ Name, Title, Says, Value, Reference string }

func worksheet(filled, reference *vignettev1.Formulation) []worksheetField {
	return []worksheetField{
		{"situation", "Situation", "Where it shows: one occasion that the client told of.", filled.GetSituation(), reference.GetSituation()},
		{"automatic_thoughts", "Automatic thoughts", "What goes through their mind there.", filled.GetAutomaticThoughts(), reference.GetAutomaticThoughts()},
		{"behaviors", "Behaviour", "What they do there.", filled.GetBehaviors(), reference.GetBehaviors()},
		{"intermediate_beliefs", "Rules and assumptions", "“If …, then …”, “I must …”", filled.GetIntermediateBeliefs(), reference.GetIntermediateBeliefs()},
		{"coping_strategies", "Coping", "How they live with it.", filled.GetCopingStrategies(), reference.GetCopingStrategies()},
		{"relevant_history", "History", "What it grew from.", filled.GetRelevantHistory(), reference.GetRelevantHistory()},
	}
}

// Feels and Believes say what is ticked; Score is how close a field came, "–" where nothing was handed in.
func (p worksheetPage) Feels(e vignettev1.Emotion) bool {
	return slices.Contains(p.Filled.GetEmotions(), e)
}

// Believes says whether a belief is ticked.
func (p worksheetPage) Believes(c vignettev1.CoreBelief_Category) bool {
	return slices.Contains(p.Filled.GetCoreBeliefs(), c)
}

// Score is how close a field came.
func (p worksheetPage) Score(field string) string {
	for _, f := range p.Scored.GetFields() {
		if f.GetField() == field {
			return number(f.Score)
		}
	}
	return ""
}

func (q *request) showWorksheet() error {
	r, err := q.session()
	if err != nil {
		return err
	}
	return q.worksheetAs(r, http.StatusOK, nil, "")
}

// worksheetAs shows the worksheet as it was filled in; with nil as it was handed in last.
func (q *request) worksheetAs(r *rehearsal, code int, filled *vignettev1.Formulation, says string) error {
	got, err := r.client.GetReport(q.ctx(), &vignettev1.GetReportRequest{Session: r.id})
	if err != nil {
		return q.reached(err)
	}
	s := got.GetReport().GetSession()
	if !s.GetFormulation() {
		return &problem{http.StatusConflict, "Nobody here has a cognitive model to formulate.", "Scenarios tagged cbt have a client with one."}
	}
	p := worksheetPage{
		PracticeSession: s, Mine: r.may.practise, Begun: slices.ContainsFunc(s.GetTurns(), (*vignettev1.PracticeTurn).GetMine), Says: says, Filled: filled, Emotions: emotions(),
		Beliefs: []vignettev1.CoreBelief_Category{vignettev1.CoreBelief_CATEGORY_HELPLESS, vignettev1.CoreBelief_CATEGORY_UNLOVABLE, vignettev1.CoreBelief_CATEGORY_WORTHLESS},
	}
	if all := got.GetReport().GetFormulations(); len(all) > 0 {
		p.Scored = all[len(all)-1]
		if p.Filled == nil {
			p.Filled = p.Scored.GetSubmitted()
		}
	}
	p.Fields = worksheet(p.Filled, p.Scored.GetReference())
	return q.pageAs(code, "worksheet", p)
}

func (q *request) handInWorksheet() error {
	r, err := q.ownSession()
	if err != nil {
		return err
	}
	if err := q.form(); err != nil {
		return err
	}
	f := q.PostForm
	filled := &vignettev1.Formulation{
		Situation: f.Get("situation"), AutomaticThoughts: f.Get("automatic_thoughts"), Behaviors: f.Get("behaviors"), IntermediateBeliefs: f.Get("intermediate_beliefs"),
		CopingStrategies: f.Get("coping_strategies"), RelevantHistory: f.Get("relevant_history"),
	}
	for _, name := range f["emotion"] {
		if e := vignettev1.Emotion_value["EMOTION_"+strings.ToUpper(name)]; e != 0 {
			filled.Emotions = append(filled.Emotions, vignettev1.Emotion(e))
		}
	}
	for _, name := range f["belief"] {
		if c := vignettev1.CoreBelief_Category_value["CATEGORY_"+strings.ToUpper(name)]; c != 0 {
			filled.CoreBeliefs = append(filled.CoreBeliefs, vignettev1.CoreBelief_Category(c))
		}
	}
	if _, err := r.client.Formulate(q.ctx(), &vignettev1.FormulateRequest{Session: r.id, Formulation: filled}); err != nil {
		p := q.problemOf(q.reached(err))
		return q.worksheetAs(r, p.status, filled, strings.TrimSpace(p.says+" "+p.how))
	}
	return q.back(practicePath(r.id) + "/formulation")
}
