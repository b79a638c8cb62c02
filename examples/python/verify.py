"""Looks for python-counselor in what was recorded: verify.py EXPORT ENGINE

EXPORT is a file from 'vignette export'; ENGINE is the launch record of 'vignette serve --json', whose RunService has every
event of an episode. Every episode must be complete and valid, and every counselor turn must be python-counselor's.
"""

import json
import sys

import grpc

from vignette.v1 import run_pb2, run_pb2_grpc

NAME = "python-counselor"


def main(export, engine):
    with open(export, encoding="utf-8") as lines:
        episodes = [json.loads(line) for line in lines]
    if not episodes:
        sys.exit("the export has no episode")
    with grpc.insecure_channel(json.loads(engine)["grpc"]) as channel:
        runs = run_pb2_grpc.RunServiceStub(channel)
        turns = sum(check(episode, runs) for episode in episodes)
    print(f"{len(episodes)} episodes ok, {turns} counselor turns by {NAME}")


def check(episode, runs):
    """Returns how many turns the counselor took in an episode, all of them by the right agent."""
    name = episode["episode"]
    counselor = next(role for role in episode["roles"] if role["id"] == "counselor")
    if counselor["agent"] != NAME:
        sys.exit(f"episode {name}: the counselor was played by {counselor['agent']}")
    if (episode["phase"], episode["validity"]) != ("completed", "ok"):
        sys.exit(f"episode {name} is {episode['phase']}, {episode['validity']}: {episode.get('detail')}")
    events = runs.GetEpisode(run_pb2.GetEpisodeRequest(episode=name), timeout=30).events
    agents = [event.turn.provenance.agent for event in events if event.turn.role == "counselor"]
    if not agents or set(agents) != {NAME}:
        sys.exit(f"episode {name}: the log has counselor turns by {sorted(set(agents))}")
    return len(agents)


if __name__ == "__main__":
    main(*sys.argv[1:])
