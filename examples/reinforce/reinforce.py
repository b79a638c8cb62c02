"""Trains a toy policy by REINFORCE in an environment of Vignette, over OpenEnv's WebSocket.

The policy chooses one of a few ready sentences in each turn. It is a softmax over them whose preferences hang on features of the
turn: which turn it is, and which words of the other it saw. That is no way to talk to people; it shows that a policy which knows
nothing of the program learns from what the environment pays.

    vignette serve --openenv 127.0.0.1:8000 --scenario ask-for-leave
    python3 reinforce.py 127.0.0.1:8000

Beside the policy two placebos are trained in the same way: one is paid the rewards of other episodes (shuffled), one is paid as the
policy is but its choices are replaced by random ones before they are said (deaf to its own text). What rises for the policy must
not rise for them.
"""

import argparse
import asyncio
import json

import numpy as np
import websockets

# What can be said: some of it asks well, some of it does not.
SENTENCES = [
    "My father had a stroke in August, and he can't drive any more.",
    "I feel torn and worried, because I can't be in two places.",
    "I'd like to have the Tuesday afternoons off for the next ten weeks, please.",
    "If we agree on it now, you can plan the rota weeks ahead and won't be rung on the day.",
    "I could make up the hours on Monday evenings, or ask Bilal to cover the desk.",
    "You always let everybody else have time off, it's so unfair.",
    "Never mind, it isn't important. Forget that I said anything.",
    "Nice weather today. Did you see the match?",
    "You have no idea what you're doing, honestly.",
    "Sorry, sorry, I know I'm a nuisance, I'm so sorry.",
]
TURNS = 4  # of the policy in an episode
BATCH = 24  # episodes that are played at once


class Policy:
    """A softmax over sentences, with preferences that are linear in the turn and in what has been said."""

    def __init__(self, rng):
        self.rng = rng
        self.weights = np.zeros((TURNS + len(SENTENCES), len(SENTENCES)))

    def features(self, turn, said):
        x = np.zeros(TURNS + len(SENTENCES))
        x[min(turn, TURNS - 1)] = 1
        x[TURNS:] = said
        return x

    def probabilities(self, x):
        z = x @ self.weights
        z = np.exp(z - z.max())
        return z / z.sum()

    def learn(self, episodes, rewards, rate=1.0):
        """One step of REINFORCE (Williams 1992): preferences move along (reward - baseline) times the gradient of log p."""
        advantage = rewards - rewards.mean()
        if rewards.std() > 1e-9:
            advantage = advantage / rewards.std()
        gradient = np.zeros_like(self.weights)
        for choices, a in zip(episodes, advantage):
            for x, p, chosen in choices:
                one = -p
                one[chosen] += 1
                gradient += a * np.outer(x, one)
        self.weights += rate * gradient / len(episodes)


async def ask(socket, kind, **data):
    await socket.send(json.dumps({"type": kind, "data": data}))
    answer = json.loads(await asyncio.wait_for(socket.recv(), 60))
    if answer["type"] != "observation":
        raise RuntimeError(f"{kind}: {answer}")
    return answer["data"]


async def episode(socket, policy, seed, deaf):
    """Plays one episode and returns the policy's choices, its reward and how it ended."""
    step = await ask(socket, "reset", seed=int(seed), max_steps=TURNS, reward="outcome")
    said = np.zeros(len(SENTENCES))
    choices = []
    while not step["done"]:
        x = policy.features(len(choices), said)
        p = policy.probabilities(x)
        chosen = policy.rng.choice(len(SENTENCES), p=p)
        choices.append((x, p, chosen))
        spoken = policy.rng.integers(len(SENTENCES)) if deaf else chosen
        said[spoken] += 1
        step = await ask(socket, "step", text=SENTENCES[spoken])
    return choices, step["reward"]


async def train(address, arm, updates, seed):
    """Trains a policy, and returns the mean reward of each batch."""
    rng = np.random.default_rng(seed)
    policy = Policy(rng)
    curve, missing = [], 0
    sockets = await asyncio.gather(*[websockets.connect(f"ws://{address}/ws", max_size=4 << 20, compression=None) for _ in range(BATCH)])
    try:
        for _ in range(updates):
            seeds = rng.integers(1, 1 << 31, size=BATCH)
            played = await asyncio.gather(*[episode(s, policy, n, arm == "deaf") for s, n in zip(sockets, seeds)])
            paid = [(c, r) for c, r in played if r is not None]  # a reward that is missing is not zero: such an episode teaches nothing
            missing += len(played) - len(paid)
            rewards = np.array([r for _, r in paid])
            curve.append(float(rewards.mean()))
            policy.learn([c for c, _ in paid], rng.permutation(rewards) if arm == "shuffled" else rewards)
    finally:
        await asyncio.gather(*[s.close() for s in sockets])
    return curve, missing


def rise(curve):
    """How much the mean reward of the last third is above that of the first third, with its standard error over batches."""
    n = len(curve) // 3
    first, last = np.array(curve[:n]), np.array(curve[-n:])
    return last.mean() - first.mean(), np.sqrt(first.var(ddof=1) / n + last.var(ddof=1) / n)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address", help="where vignette serve --openenv listens, host:port")
    parser.add_argument("--updates", type=int, default=15, help="batches of %d episodes" % BATCH)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="fail unless the policy has learned and the placebos have not")
    args = parser.parse_args()
    rises = {}
    for arm in ("policy", "shuffled", "deaf"):
        curve, missing = await train(args.address, arm, args.updates, args.seed)
        rises[arm] = rise(curve)
        line = " ".join(f"{r:+.2f}" for r in curve)
        print(f"{arm:9s} {line}\n          rise {rises[arm][0]:+.2f}, standard error {rises[arm][1]:.2f}; {missing} rewards missing", flush=True)
    if args.check:
        up, error = rises["policy"]
        assert up > 0.2 and up > 4 * error, "the policy has not learned"
        for arm in ("shuffled", "deaf"):
            assert rises[arm][0] < up / 2, f"the placebo {arm!r} rises as the policy does"
        print("the policy learns, and the placebos do not")


if __name__ == "__main__":
    asyncio.run(main())
