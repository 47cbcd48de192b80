"""Who may call, and how much: tokens and quotas, whatever the road."""
