"""A counselor in Python: an agent of Vignette, served as plain gRPC.

    examples/python/generate generated
    PYTHONPATH=generated python3 examples/python/counselor.py --port 50051
    vignette agent --bridge grpc://127.0.0.1:50051 --name python-counselor

It listens, says back what it heard and asks the next question of a first session. What matters is the shape, which is
the same for any mind, be it rules, a model or a policy under training:

  - It keeps nothing about a conversation. All it may know comes with the observation, and what it wants to remember goes
    back with its answer as `agent_state`. So any number of these processes can share the work.
  - It commits its mental state in the first frame, before it words anything. What it believes about the client there is
    what it is scored on.
"""

import argparse
import json
import re
import signal
from concurrent import futures

import grpc

from vignette.v1 import agent_pb2, agent_pb2_grpc, scenario_pb2, state_pb2, turn_pb2

VERSION = "1"

# What a first session asks, in this order.
QUESTIONS = [
    "What brings you here today?",
    "Can you take me to the last time it happened?",
    "What went through your mind just then?",
    "And what did you feel?",
    "What did you do next?",
    "Where did you notice it in your body?",
    "When you think back, when did this begin?",
    "What would it say about you if that were true?",
    "Who else knows about this?",
    "What have you already tried?",
    "What would be different if it were less?",
]
CLOSING = "We have to stop soon. What would you like me to keep in mind for next time?"

# Words that point to a feeling, and how much distress (SUDS, 0-100) they stand for. A stub: a real agent reads better.
FEELINGS = {
    state_pb2.EMOTION_ANXIETY: (r"anxious|afraid|scared|worr|tense|nervous|panic|dread", 65),
    state_pb2.EMOTION_SHAME: (r"asham|embarrass|exposed|stupid|humiliat", 60),
    state_pb2.EMOTION_GUILT: (r"guilt|my fault", 55),
    state_pb2.EMOTION_SADNESS: (r"sad|cry|tears|small|down\b|empty", 55),
    state_pb2.EMOTION_HOPELESSNESS: (r"hopeless|no point|never change", 80),
    state_pb2.EMOTION_ANGER: (r"angry|annoy|furious|irritat", 50),
}
UNSAID_DISTRESS = 35  # somebody who came for help and has not named a feeling


def client_of(observation):
    """The role that seeks help; None when there is none."""
    return next((o for o in observation.others if o.kind == scenario_pb2.AGENT_KIND_CLIENT), None)


def heard(observation, client):
    """What the client has said so far, oldest first."""
    return [t.action.text for t in observation.turns if t.role == client.id and t.action.text]


def read_client(observation):
    """What the counselor takes the client to feel: its mental state, committed before it speaks."""
    state = state_pb2.MentalState(source=state_pb2.STATE_SOURCE_COMPUTED)
    client = client_of(observation)
    if client is None:
        return state
    recent = " ".join(heard(observation, client)[-3:]).lower()
    model = state.others.add(role=client.id, distress=UNSAID_DISTRESS, confidence=0.3)
    for emotion, (words, distress) in FEELINGS.items():
        if re.search(words, recent):
            model.felt.add(emotion=emotion, intensity=0.6)
            model.distress = max(model.distress, distress)
            model.confidence = 0.6
    return state


def last_sentence(text):
    """The last thing that was said, short enough to say back; empty when it was a question."""
    sentences = re.findall(r"[^.!?]+[.!?]", text)
    sentence = sentences[-1].strip() if sentences else ""
    return "" if sentence.endswith("?") or len(sentence.split()) > 18 else sentence.rstrip(".!")


def next_words(observation, asked):
    """What the counselor says, and how many of its questions it has then asked."""
    client = client_of(observation)
    said = heard(observation, client) if client else []
    echo = last_sentence(said[-1]) if said else ""
    opening = f"“{echo}.” I hear that. " if echo else ""
    if observation.turns_left <= 2 or asked >= len(QUESTIONS):
        return opening + CLOSING, asked
    return opening + QUESTIONS[asked], asked + 1


class Counselor(agent_pb2_grpc.AgentServiceServicer):
    """AgentService. It may be called by many threads at once, which is no trouble when nothing is kept."""

    def __init__(self, name):
        self.name = name

    def Describe(self, request, context):
        return agent_pb2.AgentServiceDescribeResponse(
            description=agent_pb2.AgentDescription(
                name=self.name,
                kinds=[scenario_pb2.AGENT_KIND_COUNSELOR],
                mind="builtin",
                version=VERSION,
                languages=["en"],
                summary="A counselor in Python, by rules: an example.",
            )
        )

    def Bid(self, request, context):
        self.check(request.observation, context)
        turns = request.observation.turns
        was_asked = turns and turns[-1].action.text.rstrip().endswith("?")
        return agent_pb2.BidResponse(bid=0.9 if was_asked else 0.5)

    def Respond(self, request, context):
        observation = request.observation
        memory = self.check(observation, context)
        # First what it believes, ...
        state = read_client(observation)
        state.intent = "understand"
        yield agent_pb2.RespondResponse(state=agent_pb2.StateFrame(mental_state=state))
        # ... then its words, piece by piece for people who watch, ...
        words, asked = next_words(observation, memory["asked"])
        for piece in re.findall(r"\S+\s*", words):
            yield agent_pb2.RespondResponse(delta=agent_pb2.DeltaFrame(text=piece))
        # ... then the turn, with what it wants back next time.
        yield agent_pb2.RespondResponse(
            final=agent_pb2.FinalFrame(
                action=turn_pb2.Action(kind=turn_pb2.ACTION_KIND_SPEAK, text=words),
                agent_state=json.dumps({"asked": asked}).encode(),
                provenance=turn_pb2.Provenance(agent=self.name, mind="builtin", version=VERSION),
            )
        )

    def Probe(self, request, context):
        self.check(request.observation, context)
        probe, state = request.probe, read_client(request.observation)
        model = next((m for m in state.others if m.role == probe.about), None)
        answer = scenario_pb2.ProbeAnswer(source=state_pb2.STATE_SOURCE_COMPUTED)
        if model and probe.kind == scenario_pb2.PROBE_KIND_DISTRESS:
            answer.distress = model.distress
        elif model and probe.kind == scenario_pb2.PROBE_KIND_EMOTION:
            # A distribution: what is felt shares the probability, the rest is "none of these".
            for felt in model.felt:
                answer.emotions.emotions.add(emotion=felt.emotion, intensity=0.8 / len(model.felt))
            answer.emotions.SetInParent()
        else:
            answer.refusal = "This counselor only answers what the client feels."
        answer.probe, answer.role = probe.id, request.observation.self.id
        return agent_pb2.ProbeResponse(answer=answer)

    def check(self, observation, context):
        """Returns what this agent remembered, or ends the call with the code that the contract names."""
        if observation.self.kind != scenario_pb2.AGENT_KIND_COUNSELOR:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{self.name} plays counselors only")
        try:
            return json.loads(observation.agent_state or b'{"asked": 0}')
        except ValueError:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"this agent_state is not one of {self.name}")


def main():
    parser = argparse.ArgumentParser(description="Serve a counselor as plain gRPC on the loopback interface.")
    parser.add_argument("--port", type=int, default=50051, help="port; 0 means any free one")
    parser.add_argument("--name", default="python-counselor", help="what it calls itself")
    flags = parser.parse_args()

    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    agent_pb2_grpc.add_AgentServiceServicer_to_server(Counselor(flags.name), server)
    port = server.add_insecure_port(f"127.0.0.1:{flags.port}")
    server.start()
    print(f"grpc://127.0.0.1:{port}", flush=True)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.stop(grace=10))
    server.wait_for_termination()


if __name__ == "__main__":
    main()
