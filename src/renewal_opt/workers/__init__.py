"""Where tasks run side by side: processes of this machine, or a Dask cluster."""

from .pool import Opener, Pool, cluster, processes
from .shared import Shared, laid_down
from .spread import spread

__all__ = ["Opener", "Pool", "Shared", "cluster", "laid_down", "processes", "spread"]
