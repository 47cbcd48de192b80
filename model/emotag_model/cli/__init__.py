"""Commands that train and judge models: `emotag train` and `emotag evaluate`."""
