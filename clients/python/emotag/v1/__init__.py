"""Generated from protos/emotag/v1 by `make protos`; do not edit."""
