// Package characterchat imports and exports the characters of CharacterChat (MBTI-1024): people of sixteen Myers-Briggs types
// in seventeen fields.
//
// A record is a group of the seventeen fields (name, gender, age, region, tone, job, personality, advantages_and_disadvantages,
// hobby, growth_experience, family_relationship, working_conditions, social_relationship, emotional_state, living_conditions,
// recent_worry_or_anxiety, additional_information), or has them under "profile"; "mbti" may stand beside them. Any may be
// missing.
//
// Nothing is lost; package foreign says how. The characters are not part of this program: users point at their own copy. It
// imports the contracts, package scenarios and package foreign.
package characterchat
