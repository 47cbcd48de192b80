"""Server reflection, by which grpcurl and ghz call the service without its .proto files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf import descriptor_pool
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

if TYPE_CHECKING:
    from google.protobuf.descriptor import FileDescriptor

    from emotag_service.grpc.boundary import GuardedServer


class SymbolPool:
    """The default pool, which also finds the file of a method: ghz asks for those, and the pool knows none."""

    def __init__(self) -> None:
        self._pool = descriptor_pool.Default()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    def FindFileContainingSymbol(self, symbol: str) -> FileDescriptor:  # noqa: N802 - the pool's name for it
        """Find the file of a symbol, or of what the symbol is a member of. Raises KeyError when there is neither."""
        try:
            return self._pool.FindFileContainingSymbol(symbol)
        except KeyError:
            parent, _, member = symbol.rpartition(".")
            service = self._pool.FindServiceByName(parent)
            if member not in service.methods_by_name:
                raise
            return service.file


def add_reflection(server: GuardedServer, *services: str) -> None:
    """Describe `services`, and reflection itself."""
    names = (*services, reflection.SERVICE_NAME)
    servicer = reflection.aio.ReflectionServicer(names, pool=SymbolPool())
    reflection_pb2_grpc.add_ServerReflectionServicer_to_server(servicer, server)
