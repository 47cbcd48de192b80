"""The conversation of `emotag demo`: four agents ship a release. Written for this purpose."""

from __future__ import annotations

CONVERSATION = "release-night"

# (sender, text). One text is empty: it is answered by its own error, and the conversation goes on.
SCRIPT: tuple[tuple[str, str], ...] = (
    ("planner", "Good evening everyone. Tonight we ship version two."),
    ("planner", "The release has three steps: build, test, deploy."),
    ("coder", "I am so excited, I have been waiting for this all month!"),
    ("tester", "The build takes eleven minutes on the second runner."),
    ("ops", "Do you have the checksum of the second file?"),
    ("tester", "I'm sorry, but I don't have the number of that ticket."),
    ("coder", "No, I have not merged the branch yet."),
    ("coder", "Wait, what? The build finished in two minutes? I did not expect that at all!"),
    ("tester", "Wow, that is a surprise. I have never seen it this fast."),
    ("ops", "I'm worried that we lose customer data if the migration fails."),
    ("planner", "Thank you for raising that, I really appreciate it."),
    ("ops", "Honestly, I'm scared to run this on a Friday night."),
    ("tester", ""),
    ("tester", "Forty tests failed. I'm sorry, this is so disappointing."),
    ("coder", "Oh no. I feel terrible, this is my fault and it makes me sad."),
    ("ops", "I am furious! This is the third time that you broke the migration!"),
    ("coder", "Stop shouting at me, you always blame me. I hate this!"),
    ("planner", "Let us look at the log together before we decide."),
    ("tester", "Somebody stored passwords in plain text. That is disgusting."),
    ("ops", "Ew, that is gross, what a revolting mess."),
    ("coder", "I found it: one missing index. The fix is two lines."),
    ("tester", "All tests pass now. Amazing work, I love it!"),
    ("ops", "Congratulations, team! The deployment went perfectly 🎉"),
    ("coder", "Thank you all so much for your help, you are the best!"),
    ("tester", "I will miss working with you on this, it is sad that it ends."),
    ("planner", "The next meeting is on Tuesday at ten."),
    ("ops", "Haha, see you there. What a fun night that was!"),
)

SENDER_WIDTH = max(len(sender) for sender, _ in SCRIPT)
