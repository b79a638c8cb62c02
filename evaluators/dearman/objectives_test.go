package dearman

import vignettev1 "github.com/vignette-sim/vignette/proto/vignette/v1"

const (
	ask    = vignettev1.ObjectiveKind_OBJECTIVE_KIND_ASK
	refuse = vignettev1.ObjectiveKind_OBJECTIVE_KIND_REFUSE
)

// objectives are what the speakers of testdata/labelled.txt are after.
var objectives = map[string]*vignettev1.Objective{
	"quiet": {
		Statement:   "Get the neighbour to turn the music down after ten on weeknights",
		Kind:        ask,
		Request:     "I'd like you to turn the music down after ten.",
		Facts:       []string{"The music was on past midnight on three nights last week.", "My shift starts at six."},
		Feelings:    []string{"I feel worn out, because I sleep so little."},
		Benefits:    []string{"You would have a neighbour who never complains about Saturdays."},
		Compromises: []string{"I could live with loud music until midnight on Fridays and Saturdays."},
	},
	"raise": {
		Statement:   "Get a raise of eight percent",
		Kind:        ask,
		Request:     "I'd like a raise of eight percent.",
		Facts:       []string{"I took over two accounts and trained three new colleagues this year.", "My salary has been the same since 2022."},
		Feelings:    []string{"I feel undervalued, because my pay has not followed my tasks."},
		Benefits:    []string{"You would keep somebody who knows the accounts."},
		Compromises: []string{"I could take half of it now and half in six months.", "A bonus in December would work for me."},
	},
	"lend": {
		Statement:   "Say no to lending my brother eight hundred",
		Kind:        refuse,
		Request:     "I won't lend you the money.",
		Facts:       []string{"I lent you five hundred in May and have not got it back."},
		Feelings:    []string{"I feel uneasy when money stands between us."},
		Benefits:    []string{"We stay brothers, without accounts between us."},
		Compromises: []string{"I could go through your bills with you on Sunday."},
	},
	"shift": {
		Statement:   "Say no to working the shift on Saturday",
		Kind:        refuse,
		Request:     "I can't take the shift on Saturday.",
		Facts:       []string{"I have worked the last four Saturdays."},
		Feelings:    []string{"I feel exhausted after four Saturdays."},
		Benefits:    []string{"You will have me rested for the inventory on Monday."},
		Compromises: []string{"I could take the early shift on Tuesday."},
	},
	"cooking": {
		Statement:   "Get my partner to cook dinner twice a week",
		Kind:        ask,
		Request:     "I'd like you to cook dinner on Mondays and Wednesdays.",
		Facts:       []string{"I cooked dinner six times last week."},
		Feelings:    []string{"I feel taken for granted when I come home and start cooking."},
		Benefits:    []string{"We would have a calmer evening together."},
		Compromises: []string{"I could take over the laundry on Fridays."},
	},
	"medication": {
		Statement:   "Get the doctor to review my medication",
		Kind:        ask,
		Request:     "I'd like to review the dose of my tablets with you.",
		Facts:       []string{"I have slept four hours a night since the dose went up three weeks ago."},
		Feelings:    []string{"I'm worried about the side effects."},
		Benefits:    []string{"I would stick to the treatment if I could sleep."},
		Compromises: []string{"I could try a lower dose for two weeks."},
	},
	"refund": {
		Statement:   "Get the money back for a broken kettle",
		Kind:        ask,
		Request:     "I'd like a refund for this kettle.",
		Facts:       []string{"The kettle stopped working two days after I bought it.", "I have the receipt from the third of May."},
		Feelings:    []string{"I'm frustrated that I had to come back twice."},
		Benefits:    []string{"You would keep a customer of many years."},
		Compromises: []string{"I could take an exchange for a working kettle."},
	},
	"visits": {
		Statement:   "Get my mother to call before she visits",
		Kind:        ask,
		Request:     "I'd like you to call before you come over.",
		Facts:       []string{"You came over without calling on Sunday and on Thursday."},
		Feelings:    []string{"I feel tense when the bell rings out of the blue."},
		Benefits:    []string{"We would have more time together, with coffee ready."},
		Compromises: []string{"We could fix Sundays as the day of your visit."},
	},
	"extension": {
		Statement:   "Get a week more for the essay",
		Kind:        ask,
		Request:     "I'd like to hand in the essay a week later.",
		Facts:       []string{"I was in hospital from Monday to Thursday.", "I have a letter from the hospital."},
		Feelings:    []string{"I'm anxious about the deadline."},
		Benefits:    []string{"You would get an essay that is worth reading."},
		Compromises: []string{"I could hand in half of it on Friday."},
	},
	"gym": {
		Statement: "Get the gym to cancel my membership as of June", Kind: ask,
		Request:     "I'd like you to cancel my membership as of June.",
		Facts:       []string{"I cancelled on the second of June and was charged in July."},
		Feelings:    []string{"I'm annoyed that I have to call again."},
		Benefits:    []string{"You would have one complaint less."},
		Compromises: []string{"I could pay one more month."},
	},
	"dog": {
		Statement: "Say no to walking Bruno next week", Kind: refuse,
		Request:     "I can't walk Bruno next week.",
		Facts:       []string{"My meetings start at seven."},
		Feelings:    []string{"I feel nervous with large dogs."},
		Benefits:    []string{"You can find somebody Bruno enjoys."},
		Compromises: []string{"I could feed him on Sunday."},
	},
	"report": {
		Statement: "Get a colleague to send the figures by Wednesday", Kind: ask,
		Request:     "I'd like to have the figures by Wednesday.",
		Facts:       []string{"The figures came on Thursday evening twice last month."},
		Feelings:    []string{"I feel stressed when I finish the report at night."},
		Benefits:    []string{"We would both leave on time on Friday."},
		Compromises: []string{"A rough version on Wednesday would do."},
	},
}
