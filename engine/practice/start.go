package practice

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/vignette-sim/vignette/engine/runs"
	vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"
	"github.com/vignette-sim/vignette/scenarios"
)

// StartSession implements PracticeServiceServer.
func (s *Service) StartSession(ctx context.Context, request *vignettev1.StartSessionRequest) (*vignettev1.StartSessionResponse, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := runs.Check(withoutScenario(request)); err != nil {
		return nil, err
	}
	scenario, role, err := situation(request)
	if err != nil {
		return nil, err
	}
	practice, err := s.terms(ctx, request, scenario, role)
	if err != nil {
		return nil, err
	}
	made, err := s.config.Runner.Prepare(ctx, runs.Design{
		Scenarios: []*vignettev1.Scenario{scenario}, Seed: request.GetSeed(), Models: request.GetModels(), Outside: true, Practice: practice,
	})
	if err != nil {
		return nil, runs.Refusal(ctx, err)
	}
	s.learn(made.Manifest())
	found, release, err := s.open(ctx, made.Manifest().GetRun())
	if err != nil {
		return nil, err
	}
	defer release()
	if err := found.current.play(nil); err != nil {
		return nil, err
	}
	return &vignettev1.StartSessionResponse{Session: found.view()}, nil
}

// withoutScenario is a request whose scenario package scenarios checks, which says more about it.
func withoutScenario(request *vignettev1.StartSessionRequest) *vignettev1.StartSessionRequest {
	if request.GetScenario() == nil {
		return request
	}
	bare := proto.CloneOf(request)
	bare.Scenario = nil
	return bare
}

// situation is the scenario to practise, with the trainee's role played from outside, and that role.
func situation(request *vignettev1.StartSessionRequest) (*vignettev1.Scenario, *vignettev1.Role, error) {
	scenario, err := asked(request)
	if err != nil {
		return nil, nil, err
	}
	id := request.GetRole()
	if id == "" || id == "focal" {
		id = scenario.GetFocal()
	}
	i := slices.IndexFunc(scenario.GetRoles(), func(r *vignettev1.Role) bool { return r.GetId() == id })
	if i < 0 {
		ids := make([]string, len(scenario.GetRoles()))
		for j, r := range scenario.GetRoles() {
			ids[j] = r.GetId()
		}
		return nil, nil, status.Errorf(codes.InvalidArgument, "role: scenario %q has no role %q; it has %s", scenario.GetId(), id, strings.Join(ids, ", "))
	}
	role := scenario.GetRoles()[i]
	role.Agent, role.Script = scenarios.ExternalAgent, nil
	scenario.Factors = nil // One person practises one cell of the design.
	if request.Difficulty != nil {
		if err := harden(scenario, id, request.GetDifficulty()); err != nil {
			return nil, nil, err
		}
	}
	return scenario, role, nil
}

// asked is the scenario that a request names, gives or describes.
func asked(request *vignettev1.StartSessionRequest) (*vignettev1.Scenario, error) {
	switch {
	case request.GetScenario() != nil:
		scenario := proto.CloneOf(request.GetScenario())
		scenarios.Normalize(scenario)
		if err := scenarios.Validate(scenario); err != nil {
			return nil, runs.Refusal(context.Background(), err)
		}
		return scenario, nil
	case request.GetLibrary() != "":
		library, err := scenarios.Library()
		if err != nil {
			return nil, status.Error(codes.Internal, err.Error())
		}
		for _, scenario := range library {
			if scenario.GetId() == request.GetLibrary() {
				return scenario, nil
			}
		}
		return nil, status.Errorf(codes.NotFound, "the library has no scenario %q; 'vignette scenarios' lists them", request.GetLibrary())
	case request.GetSituation() != nil:
		return own(request.GetSituation())
	}
	return nil, status.Error(codes.InvalidArgument, "give a scenario, the id of one of the library, or a situation of your own")
}

// harden sets how hard the partners make it.
func harden(scenario *vignettev1.Scenario, trainee string, difficulty float64) error {
	set := false
	for _, role := range scenario.GetRoles() {
		if role.GetId() != trainee && role.GetStance() != nil {
			role.Stance.Difficulty, set = proto.Float64(difficulty), true
		}
	}
	if !set {
		return status.Errorf(codes.InvalidArgument, "difficulty: nobody in scenario %q takes a stance that could be harder or easier; choose another scenario or persona", scenario.GetId())
	}
	return nil
}

// own makes a scenario of a situation in the trainee's words.
func own(own *vignettev1.OwnSituation) (*vignettev1.Scenario, error) {
	kind := own.GetKind()
	if kind == vignettev1.ObjectiveKind_OBJECTIVE_KIND_UNSPECIFIED {
		kind = vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK
	}
	objections := own.GetObjections()
	if len(objections) == 0 {
		objections = []string{"That's difficult for me right now.", "I don't see why that should be necessary."}
	}
	h := fnv.New64a()
	h.Write([]byte(own.GetPartner() + "\x00" + own.GetRequest()))
	scenario := &vignettev1.Scenario{
		Id: fmt.Sprintf("own-%012x", h.Sum64()&(1<<48-1)), Title: "A situation of one's own", Language: "en", Setting: own.GetSetting(), Focal: "me",
		Objective: &vignettev1.Objective{
			Statement: own.GetRequest(), Kind: kind, Request: own.GetRequest(), Facts: own.GetFacts(), Feelings: own.GetFeelings(),
			Benefits: own.GetBenefits(), Compromises: own.GetCompromises(),
		},
		Roles: []*vignettev1.Role{
			{Id: "me", Name: "You", Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Persona: &vignettev1.Persona{Id: "me", Name: "You"}},
			{
				Id: "partner", Name: own.GetPartner(), Kind: vignettev1.AgentKind_AGENT_KIND_PERSONA, Relation: own.GetPartner(),
				Persona: &vignettev1.Persona{Id: "partner", Name: own.GetPartner()},
				Stance:  &vignettev1.Stance{Position: objections[0], Objections: objections},
			},
		},
		Stop: &vignettev1.StopRules{MaxTurns: 30}, Evaluators: []*vignettev1.EvaluatorUse{{Name: dearMan}},
	}
	scenarios.Normalize(scenario)
	if err := scenarios.Validate(scenario); err != nil {
		return nil, runs.Refusal(context.Background(), err)
	}
	return scenario, nil
}

// terms are what is fixed about a session: help, arm, consent, skills.
func (s *Service) terms(ctx context.Context, request *vignettev1.StartSessionRequest, scenario *vignettev1.Scenario, role *vignettev1.Role) (*vignettev1.Practice, error) {
	practice := &vignettev1.Practice{
		Role: role.GetId(), Trainee: request.GetTrainee(), Help: request.GetHelp(), Fading: request.GetFading(), Exam: request.GetExam(),
		Arm: request.GetArm(), Consent: proto.CloneOf(request.GetConsent()), Skills: request.GetSkills(), Difficulty: request.Difficulty,
	}
	if practice.Help == vignettev1.HelpLevel_HELP_LEVEL_UNSPECIFIED {
		practice.Help = vignettev1.HelpLevel_HELP_LEVEL_ON_REQUEST
	}
	if practice.Skills == vignettev1.SkillSet_SKILL_SET_UNSPECIFIED {
		practice.Skills = fitting(scenario, role)
	}
	if (request.GetAssign() || practice.GetArm() != vignettev1.StudyArm_STUDY_ARM_UNSPECIFIED) && !practice.GetConsent().GetGiven() {
		return nil, status.Error(codes.InvalidArgument, "consent: nobody takes part in a study without it; ask for it, and send what was agreed to")
	}
	if practice.GetConsent() != nil && practice.GetConsent().GetTime() == nil {
		practice.Consent.Time = s.now()
	}
	if request.GetAssign() {
		if practice.GetTrainee() == "" || practice.GetArm() != vignettev1.StudyArm_STUDY_ARM_UNSPECIFIED {
			return nil, status.Error(codes.InvalidArgument, "assign: an arm is drawn for a trainee who has a pseudonym and no arm yet")
		}
		practice.Arm = drawArm(practice.GetTrainee(), request.GetSeed())
	}
	mastery := -1.0
	if practice.GetFading() {
		progress, err := s.progress(ctx, practice.GetTrainee(), practice.GetSkills())
		if err != nil {
			return nil, err
		}
		if progress.Mastery != nil {
			mastery = progress.GetMastery()
		}
	}
	practice.Given, practice.Less = given(practice, mastery)
	return practice, nil
}

// drawArm draws one of two arms, half and half, from trainee and seed: who comes again gets the same one.
func drawArm(trainee string, seed uint64) vignettev1.StudyArm {
	h := fnv.New64a()
	fmt.Fprintf(h, "arm\x00%d\x00%s", seed, trainee)
	// The low bit of FNV hangs on the parity of the bytes; fold the high half in.
	sum := h.Sum64()
	sum ^= sum >> 32
	sum *= 0x9e3779b97f4a7c15
	if sum>>63 == 0 {
		return vignettev1.StudyArm_STUDY_ARM_SIMULATION
	}
	return vignettev1.StudyArm_STUDY_ARM_FEEDBACK
}

// Mastery from which help fades by one level and by two. Chosen.
const (
	fadeOne = 0.6
	fadeTwo = 0.8
)

// given is the help that a session gives, and why less than was asked for. Mastery is below 0 when nothing is known of it.
func given(practice *vignettev1.Practice, mastery float64) (vignettev1.HelpLevel, string) {
	level := practice.GetHelp()
	if practice.GetArm() == vignettev1.StudyArm_STUDY_ARM_SIMULATION {
		return vignettev1.HelpLevel_HELP_LEVEL_NONE, "The arm of the study is simulation only."
	}
	if practice.GetExam() && level > vignettev1.HelpLevel_HELP_LEVEL_AFTER {
		return vignettev1.HelpLevel_HELP_LEVEL_AFTER, "In an exam there is no help before the end."
	}
	steps := 0
	switch {
	case mastery >= fadeTwo:
		steps = 2
	case mastery >= fadeOne:
		steps = 1
	}
	least := min(level, vignettev1.HelpLevel_HELP_LEVEL_AFTER)
	if faded := max(least, level-vignettev1.HelpLevel(steps)); faded < level {
		return faded, fmt.Sprintf("Help fades: mastery is %.2f.", mastery)
	}
	return level, ""
}

// fitting is the skill set of a role in a scenario: what its evaluators and its objective say.
func fitting(scenario *vignettev1.Scenario, role *vignettev1.Role) vignettev1.SkillSet {
	has := func(name string) bool {
		return slices.ContainsFunc(scenario.GetEvaluators(), func(use *vignettev1.EvaluatorUse) bool { return use.GetName() == name })
	}
	tagged := func(tag string) bool { return slices.Contains(scenario.GetTags(), tag) }
	kind := scenario.GetObjective().GetKind()
	switch {
	case role.GetKind() != vignettev1.AgentKind_AGENT_KIND_COUNSELOR && (has(dearMan) || kind == vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK || kind == vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE):
		return vignettev1.SkillSet_SKILL_SET_DEAR_MAN
	case tagged("fits:mi") || tagged("motivational-interviewing") || has(motivational) || kind == vignettev1.ObjectiveKind_OBJECTIVE_KIND_CHANGE:
		return vignettev1.SkillSet_SKILL_SET_MI
	case tagged("fits:cbt") || tagged("cbt") || kind == vignettev1.ObjectiveKind_OBJECTIVE_KIND_UNDERSTAND:
		return vignettev1.SkillSet_SKILL_SET_CBT
	}
	return vignettev1.SkillSet_SKILL_SET_SUPPORT
}

// attend opens a branch that was just made and adds it to its session.
func (s *session) attend(ctx context.Context, manifest *vignettev1.Manifest) (*branch, error) {
	s.service.learn(manifest)
	b, err := s.branch(ctx, family{manifest: manifest})
	if err != nil {
		return nil, err
	}
	s.join(b)
	return b, nil
}
