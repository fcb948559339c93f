"""Device models as data: the presets beside this file, and those of a field engineer in a folder of the park."""

from ingest.devices.load import DeviceModelError, load_models

__all__ = ["DeviceModelError", "load_models"]
