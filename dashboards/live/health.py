"""`/healthz` and `/readyz`: for the programs that watch this one."""

from collections.abc import Sequence

from fastapi import APIRouter, Response

from dashboards.live.context import Context
from parkwatt.status import Problem


def health_routes(context: Context) -> APIRouter:
    """Alive, and ready: a broker that answers, and a store or a spool that takes readings."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="Whether the process answers")
    def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @router.get(
        "/readyz",
        summary="Whether readings can come in and be kept; 503 with the problems if not; warnings stop nothing",
    )
    def readyz(response: Response) -> dict[str, object]:
        problems = context.status().problems
        stopped = [problem for problem in problems if problem.stops_intake]
        if stopped:
            response.status_code = 503
        return {
            "ready": not stopped,
            "problems": _told(stopped),
            "warnings": _told([problem for problem in problems if not problem.stops_intake]),
        }

    return router


def _told(problems: Sequence[Problem]) -> list[dict[str, str]]:
    return [{"code": problem.code, "detail": problem.detail} for problem in problems]
