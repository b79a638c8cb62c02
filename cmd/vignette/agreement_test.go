package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vignette-sim/vignette/internal/scripted"
)

const dearManLabels = `{"id": "1", "objective": "Get Friday off", "context": [{"role": "boss", "text": "What is it?"}], "role": "me", "text": "Could I please have Friday off? My mother has surgery at nine.", "labels": {"dear_man.assert": "strong", "describe": "strong", "negotiate": "n/a"}, "group": "x"}
{"id": "2", "objective": "Get Friday off", "role": "me", "text": "You never listen to me.", "labels": {"dear_man.assert": "none", "describe": "none"}, "group": "x"}
{"id": "3", "objective": {"statement": "Keep my weekend", "kind": "refuse", "request": "I won't come in on Saturday."}, "role": "me", "text": "No, I won't come in on Saturday.", "labels": {"dear_man.assert": "strong", "describe": "none"}, "group": "y"}
`

// The keys that programs read are there, null where there is no number.
func TestAgreementJSON(t *testing.T) {
	p := newProgram(t)
	write(t, filepath.Join(p.dir, "labels.jsonl"), dearManLabels)
	var report record
	if err := json.Unmarshal([]byte(p.must("agreement", "labels.jsonl", "--evaluator", "dear-man", "--json", "--by", "group")), &report); err != nil {
		t.Fatal(err)
	}
	model, ok := report["model"]
	if report["evaluator"] != "dear-man" || !ok || model != nil {
		t.Errorf("evaluator %v, model %v", report["evaluator"], model)
	}
	dimensions := report["dimensions"].(map[string]any)
	assert := dimensions["dear_man.assert"].(map[string]any)
	for _, key := range []string{
		"n", "missing", "accuracy", "accuracy_answered", "macro_f1", "kappa", "kappa_ci95", "weighted_kappa", "weighted_kappa_ci95", "majority_accuracy", "classes",
	} {
		if _, ok := assert[key]; !ok {
			t.Errorf("%s is not in %v", key, assert)
		}
	}
	strong := assert["classes"].(map[string]any)["strong"].(map[string]any)
	if assert["n"] != 3.0 || strong["n"] != 2.0 || strong["recall"] != 1.0 || assert["majority_accuracy"].(float64) < 0.66 {
		t.Errorf("assert %v", assert)
	}
	if negotiate := dimensions["dear_man.negotiate"].(map[string]any); negotiate["kappa"] != nil || negotiate["accuracy"] != 1.0 {
		t.Errorf("kappa of one utterance is %v, its accuracy %v", negotiate["kappa"], negotiate["accuracy"])
	}
	if groups := report["groups"].(map[string]any); len(groups) != 2 {
		t.Errorf("groups %v", groups)
	}
}

func TestAgreementForPeople(t *testing.T) {
	p := newProgram(t)
	write(t, filepath.Join(p.dir, "labels.jsonl"), dearManLabels)
	stdout, stderr, code := p.run("agreement", "labels.jsonl", "--evaluator", "dear-man", "--by", "group")
	for _, want := range []string{"weighted kappa", "majority", "Group x", "missing is wrong", "quadratic", "No labels for: dear_man.express"} {
		if code != exitDone || !strings.Contains(stdout, want) {
			t.Errorf("exit %d, the page lacks %q:\n%s", code, want, stdout)
		}
	}
	if stderr != "dear-man: 3 utterances\n" {
		t.Errorf("progress %q", stderr)
	}
}

func TestAgreementMistakes(t *testing.T) {
	p := newProgram(t)
	write(t, filepath.Join(p.dir, "labels.jsonl"), dearManLabels)
	write(t, filepath.Join(p.dir, "wrong.jsonl"), `{"id": "1", "role": "me", "labels": {"assert": "mighty"}}`)
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"labels.jsonl"}, exitUsage, "--evaluator is missing"},
		{[]string{"labels.jsonl", "--evaluator", "dear-men"}, exitUsage, `did you mean "dear-man"?`},
		{[]string{"labels.jsonl", "--evaluator", "dear-man", "--by", "rater"}, exitUsage, "there is: group"},
		{[]string{"labels.jsonl", "--evaluator", "dear-man", "--format", "xml"}, exitUsage, "there is: jsonl"},
		{[]string{"labels.jsonl", "--evaluator", "dear-man", "--dimension", "charm"}, exitUsage, `no dimension "charm"`},
		{[]string{"labels.jsonl", "--evaluator", "dear-man", "--model", "tiny"}, exitUsage, "no endpoint is described"},
		{[]string{"nowhere.jsonl", "--evaluator", "dear-man"}, exitFailed, "nowhere.jsonl"},
		{[]string{"wrong.jsonl", "--evaluator", "dear-man"}, exitFailed, "wrong.jsonl:1:1: text: it is missing"},
		{[]string{"wrong.jsonl", "--evaluator", "dear-man"}, exitFailed, `labels.assert: "mighty" is no label`},
	} {
		stdout, stderr, code := p.run(append([]string{"agreement"}, test.args...)...)
		if code != test.code || !strings.Contains(stderr, test.want) || stdout != "" {
			t.Errorf("%v: exit %d, %q\n%s\nwant %d, %q", test.args, code, stdout, stderr, test.code, test.want)
		}
	}
}

// The judge is asked through the gateway, once: a second time its answers are on record. One that refuses is missing.
func TestAgreementOfAJudge(t *testing.T) {
	p, endpoint := withEndpoint(t, scripted.Config{Seed: 2})
	write(t, filepath.Join(p.dir, "labels.jsonl"), dearManLabels)
	args := []string{"agreement", "labels.jsonl", "--evaluator", "dear-man", "--model", "tiny", "--json"}
	first := last(t, p.must(args...))
	asked := endpoint.Stats().Requests
	if first["model"] != "tiny" || asked < 3 {
		t.Errorf("model %v asked %d times", first["model"], asked)
	}
	p.must(args...)
	if again := endpoint.Stats().Requests; again != asked {
		t.Errorf("%d requests more for the same labels", again-asked)
	}
	p.must(append(args, "--replay")...)

	refusing, _ := withEndpoint(t, scripted.Config{Seed: 2, Answer: func(scripted.Request) *scripted.Reply { return &scripted.Reply{Refusal: "I would rather not."} }})
	write(t, filepath.Join(refusing.dir, "labels.jsonl"), dearManLabels)
	dimension := last(t, refusing.must(args...))["dimensions"].(map[string]any)["dear_man.assert"].(map[string]any)
	if missing := dimension["missing"].(map[string]any); missing["refused"] != 3.0 || dimension["accuracy"] != 0.0 || dimension["accuracy_answered"] != nil || dimension["kappa"] != nil {
		t.Errorf("refused: %v", dimension)
	}
}

// The figures of docs/evaluators.md can be had again, and do not fall: the rules for expressed emotions on the dev part of
// GoEmotions, beside the most frequent label.
func TestAgreementOnGoEmotions(t *testing.T) {
	t.Parallel()
	file := filepath.Join(testdata(t), "goemotions", "original_dev.tsv")
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here: set VIGNETTE_TESTDATA to the published data", file)
	}
	report := last(t, newProgram(t).must("agreement", file, "--format", "goemotions", "--evaluator", "emotion", "--dimension", "ekman", "--json"))
	ekman := report["dimensions"].(map[string]any)["emotion.ekman"].(map[string]any)
	t.Logf("n %v, macro F1 %v, kappa %v %v, accuracy %v, majority %v", ekman["n"], ekman["macro_f1"], ekman["kappa"], ekman["kappa_ci95"], ekman["accuracy"], ekman["majority_accuracy"])
	if ekman["n"] != 4946.0 || ekman["several_labels"] != 480.0 || len(ekman["missing"].(map[string]any)) > 0 {
		t.Errorf("n %v, several %v, missing %v", ekman["n"], ekman["several_labels"], ekman["missing"])
	}
	if f1 := ekman["macro_f1"].(float64); f1 < 0.5 || ekman["majority_macro_f1"].(float64) > 0.1 {
		t.Errorf("macro F1 %v beside %v", f1, ekman["majority_macro_f1"])
	}
}
