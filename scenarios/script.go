package scenarios

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/vignette-sim/vignette/internal/enumname"
	"github.com/vignette-sim/vignette/internal/protoyaml"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios/transcript"
)

// ReplayAgent is the name of the agent that plays roles from their scripts.
const ReplayAgent = "replay"

// maxScript is the most text of a script, in bytes: it travels with every question that its role is asked.
const maxScript = 256 << 10

// scripts reads the lines of roles whose script names a file. A script that has lines and the file's sum was read before,
// and is left as it is: the scenario is whole in itself then.
func (r *reader) scripts(s *vignettev1.Scenario, from string, d *protoyaml.Document) {
	for i, role := range s.GetRoles() {
		script := role.GetScript()
		at := fmt.Sprintf("roles[%d].script", i)
		switch {
		case script.GetFile() == "" || len(script.GetLines()) > 0 && script.GetSha256() != "":
		case len(script.GetLines()) > 0:
			d.Report(at, "there are both a file and lines", "keep one: the lines, or the file they are in")
		default:
			if err := r.script(role, r.standsIn(d.FileOf(at), from)); err != nil {
				for _, p := range asProblems("", err) {
					d.Report(at, where(p), p.Hint)
				}
			}
		}
	}
}

// where is a problem of the other file, with its place there.
func where(p Problem) string {
	p.Hint = ""
	return p.String()
}

// script fills in the lines of a role from the file that its script names.
func (r *reader) script(role *vignettev1.Role, from string) error {
	script := role.GetScript()
	if r.fsys == nil {
		return protoyaml.Wrong("a script cannot be read from another file here", "write the lines into this file, under lines:")
	}
	target, ok := beside(from, script.GetFile())
	if !ok {
		return protoyaml.Wrong(fmt.Sprintf("%q does not lie in the folder of the scenario", script.GetFile()), "write a path from this file, with forward slashes, such as transcripts/first.jsonl; copy the file there if need be")
	}
	data, problem := r.bytes(target, transcript.MaxBytes)
	if problem != nil {
		return Problems{*problem}
	}
	conversations, err := transcript.Read(r.call(target), data)
	if err != nil {
		return err
	}
	conversation, err := transcript.Pick(conversations, script.GetEpisode())
	if err != nil {
		return err
	}
	names := []string{script.GetRole()}
	if script.GetRole() == "" {
		names = []string{role.GetId(), role.GetName(), role.GetPersona().GetName(), enumname.Of(role.GetKind())}
	}
	speaker, err := conversation.SpeakerOf(names...)
	if err != nil {
		return err
	}
	if script.Lines = conversation.Lines(speaker); len(script.Lines) == 0 {
		return protoyaml.Wrong(fmt.Sprintf("%q says nothing in the conversation", speaker.ID), "name another conversation with episode:, or another speaker with role:")
	}
	sum := sha256.Sum256(data)
	script.Episode, script.Role, script.Sha256 = conversation.ID, speaker.ID, hex.EncodeToString(sum[:])
	return nil
}

// beside is a file named by another, as the file system has it; false when it would lie outside.
func beside(from, ref string) (string, bool) {
	target := path.Join(path.Dir(from), ref)
	ok := !path.IsAbs(ref) && !strings.ContainsAny(ref, `\:`) && fs.ValidPath(target)
	return target, ok
}

// checkScripts holds scripts against who plays, and against who is there to be spoken to.
func checkScripts(s *vignettev1.Scenario, d reporter) {
	for i, role := range s.GetRoles() {
		at := fmt.Sprintf("roles[%d]", i)
		switch script := role.GetScript(); {
		case script == nil && role.GetAgent() == ReplayAgent:
			d.Report(at+".agent", "the agent replay plays from a script, and there is none", "add script: with lines:, or with file: and the name of a transcript; or name another agent")
		case script == nil:
		case role.GetAgent() != ReplayAgent:
			d.Report(at+".script", fmt.Sprintf("only the agent replay plays from a script, and this role is played by %s", orDefault(role.GetAgent())), "add agent: replay, or take the script out")
		case role.GetPolicy().GetModel() != "":
			d.Report(at+".policy.model", "a replayed role says what its script says; no model plays it", "take the model out, or take agent and script out")
		default:
			checkLines(s, role, at, d)
		}
	}
}

func orDefault(agent string) string {
	if agent == "" {
		return "the default agent of its kind"
	}
	return fmt.Sprintf("%q", agent)
}

func checkLines(s *vignettev1.Scenario, role *vignettev1.Role, at string, d reporter) {
	size := 0
	for j, line := range role.GetScript().GetLines() {
		size += len(line.GetText())
		field := fmt.Sprintf("%s.script.lines[%d]", at, j)
		if line.GetAddressee() != "" {
			checkHearer(s, role, line.GetAddressee(), field+".addressee", d)
			if len(line.GetTo()) > 0 && !slices.Contains(line.GetTo(), line.GetAddressee()) {
				d.Report(field+".addressee", fmt.Sprintf("%q is not among those who perceive the line", line.GetAddressee()), "add them to to:, or leave the addressee out")
			}
		}
		for k, to := range line.GetTo() {
			checkHearer(s, role, to, fmt.Sprintf("%s.to[%d]", field, k), d)
		}
	}
	if size > maxScript {
		d.Report(at+".script", fmt.Sprintf("the script has %d bytes of text; at most %d can be played", size, maxScript), "cut it")
	}
}

func checkHearer(s *vignettev1.Scenario, role *vignettev1.Role, id, field string, d reporter) {
	switch {
	case id == role.GetId():
		d.Report(field, fmt.Sprintf("%q is the one who speaks", id), "name another role, or nobody")
	case findRole(s, id) == nil:
		var others []string
		for _, other := range s.GetRoles() {
			if other.GetId() != role.GetId() {
				others = append(others, other.GetId())
			}
		}
		d.Report(field, fmt.Sprintf("%q is not the id of a role", id), protoyaml.DidYouMean(id, others))
	}
}
