"""An agent of the Agent2Agent protocol (A2A) that says what messages express. Needs the extra `a2a`; docs/a2a.md."""
