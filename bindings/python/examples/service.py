"""An HTTP service over one database: `pip install kith fastapi uvicorn`, then `CRM=crm.kith uvicorn service:app`.

Who asks is in the header X-Employee and reads and writes as that employee: a real service takes it from its own log-in. Errors are JSON
with code, reason, field and hint; ETag and If-Match keep two people from writing over each other; Idempotency-Key makes a repeat safe.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse

import kith

STATUS = {
    "INVALID_ARGUMENT": 400,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 412,
    "FAILED_PRECONDITION": 409,
    "RESOURCE_EXHAUSTED": 429,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}


@asynccontextmanager
async def opened(app: FastAPI) -> AsyncIterator[None]:
    with kith.open(os.environ["CRM"], create=True) as db:
        app.state.db = db
        yield


app = FastAPI(title="CRM", lifespan=opened)


def database(request: Request) -> kith.Database:
    db: kith.Database = request.app.state.db
    return db


Db = Annotated[kith.Database, Depends(database)]
Employee = Annotated[int, Header(alias="X-Employee", gt=0)]  # 0 would be the system, who may everything


# Plain functions, not coroutines: FastAPI runs them on threads of its own, where reading and waiting for the disk hold nobody up.


@app.get("/opportunities")
def opportunities(db: Db, viewer: Employee, where: str = "true", after: str = "", limit: int = 50) -> dict[str, Any]:
    """A page of deals, the largest first; `next` continues it."""
    query = {"from": "opportunity", "where": where, "select": ["id", "name", "amount", "stage.name"], "order": ["-amount", "id"]}
    with db.snapshot(viewer) as now:
        rows = now.query(query | {"limit": limit}, after=after, time_limit=5)
        page = [row | {"amount": row["amount"] and row["amount"]._asdict()} for row in rows]
        return {"rows": page, "next": rows.token() if len(page) == limit else None}


@app.get("/records/{id}")
def record(db: Db, id: int, viewer: Employee, response: Response) -> dict[str, Any]:
    with db.snapshot(viewer) as now:
        found = now.record(id)
    response.headers["ETag"] = f'"{found["version"]}"'
    return found


@app.patch("/records/{id}")
def change(
    db: Db,
    id: int,
    fields: dict[str, Any],
    viewer: Employee,
    response: Response,
    if_match: Annotated[str, Header()] = "",
    idempotency_key: Annotated[str, Header()] = "",
) -> dict[str, Any]:
    """Sets fields, where the record is still what was read (If-Match)."""
    with db.batch(viewer, "by the web", key=idempotency_key, viewer=viewer) as batch:
        if if_match:
            batch.require_version(id, int(if_match.strip('"')))
        batch.set(id, **fields)
    return record(db, id, viewer, response)


@app.get("/forecast/{period}")
def forecast(db: Db, period: str, viewer: Employee) -> dict[str, Any]:
    with db.snapshot(viewer) as now:
        found = now.forecast("default", period)
        return {name: found[name] for name in ("period", "currency", "closed", "from_open", "from_new", "total", "maturity", "warnings")}


@app.exception_handler(kith.Error)
def refused(_: Request, error: kith.Error) -> JSONResponse:
    told = {name: getattr(error, name) for name in ("code", "reason", "message", "type", "record", "field", "value", "hint")}
    return JSONResponse(told, STATUS.get(error.code, 500))
