"""Where tasks run side by side: processes of this machine, or a Dask cluster."""

from .pool import Opener, Pool, cluster, processes

__all__ = ["Opener", "Pool", "cluster", "processes"]
