// Package workqueue hands episodes to workers: one JetStream stream of episodes to be played, with a durable consumer for each
// run, and a bucket of what is to be known of the runs.
//
//	<namespace>.work.<run>.<place>   an episode, by its place in the run's design; taken away when it has come to rest
//	<namespace>-orders               a key-value bucket: order.<run> says that a run is to be played and on which terms,
//	                                 parked.<run>.<place> holds an episode that is tried no more, with the reason
//
// Each message is one protobuf message of package vignette.v1: WorkItem, WorkOrder, ParkedEpisode.
//
// The queue is not the truth: the episode log is. An item that comes twice, or after the episode has been played, does no harm, for
// whoever takes an episode over claims it in the log; and a queue that is lost is filled again from the log.
//
// Whoever holds an item says every few seconds that it does ([Item.Hold]); one that has not been heard of for [Config.Patience] has
// lost the item to the next worker. The package may touch that stream, that bucket and the subject <namespace>.rested.<run>,
// where workers say which episodes have come to rest, and nothing else.
//
// Start reading at [Queue].
package workqueue
