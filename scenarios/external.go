package scenarios

// ExternalAgent is the name that stands for somebody outside who plays a role: a person who practises, a policy under training.
// Nobody is asked on the wire: the episode waits at each of the role's turns until its driver brings an action.
const ExternalAgent = "external"
