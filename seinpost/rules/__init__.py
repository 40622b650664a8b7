"""`seinpost test-rules`: posts in, expected alerts, thresholds and receivers out, in the manner of promtool."""
