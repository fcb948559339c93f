"""`/healthz` and `/readyz`: for the programs that watch this one."""

from fastapi import APIRouter, Response

from dashboards.live.context import Context


def health_routes(context: Context) -> APIRouter:
    """Alive, and ready: a broker that answers and a store that takes readings."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="Whether the process answers")
    def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz", summary="Whether readings can come in and be kept; 503 with the reasons if not")
    def readyz(response: Response) -> dict[str, object]:
        problems = context.status().problems
        if problems:
            response.status_code = 503
        return {
            "ready": not problems,
            "problems": [{"code": problem.code, "detail": problem.detail} for problem in problems],
        }

    return router
