"""Generated from protos/emotag/inference/v2 by `make protos`; do not edit."""
