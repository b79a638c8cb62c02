package bystander

// All numbers of the bystander, in one place; all chosen: nobody has measured people who are only there.
const (
	startHeat    = 0.1 // heat of the talk before a word, and how much of it is luck
	heatSpread   = 0.1
	heatFade     = 0.7  // what is left of it after a turn
	heatRise     = 0.5  // what one heated turn adds
	calmAt       = 0.45 // from here on somebody calms things down
	askChance    = 0.5  // of asking rather than encouraging
	tellable     = 0.5  // sensitivity up to which a memory is told to anybody
	bidIdle      = 0.1  // bids: without anything to say, when named, else by heat
	bidNamed     = 0.9
	bidBase      = 0.25
	bidHeat      = 0.4
	bidMost      = 0.7
	baseDistress = 12.0 // SUDS
	heatDistress = 55.0
	calmShare    = 0.8
	worryShare   = 0.7
)
