"""What the HTTP interface answers when the store cannot be asked: 503 and why, not a failure of ours."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from parkwatt.store import StoreError, StoreUnavailableError

_RETRY_AFTER = "5"
"""Seconds after which asking again may help."""


def tell_store_errors(app: FastAPI) -> None:
    """Let every route answer so."""
    app.add_exception_handler(StoreError, _answer)


async def _answer(_request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, StoreUnavailableError):
        detail = f"the store cannot be asked now: {error}"
        return JSONResponse({"detail": detail}, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": _RETRY_AFTER})
    return JSONResponse({"detail": str(error)}, HTTPStatus.INTERNAL_SERVER_ERROR)
