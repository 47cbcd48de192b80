"""Runs a command of the model as it is typed."""

import argparse


def typed(command, name):
    """Return what runs `command` with arguments and gives its exit code, as `emotag NAME …` does."""

    def run(*arguments):
        parser = argparse.ArgumentParser(prog=f"emotag {name}")
        command.add_arguments(parser)
        return command.run(parser.parse_args([str(each) for each in arguments]))

    return run
