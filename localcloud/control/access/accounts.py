"""Users, service accounts and their role bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localcloud.control.access.rbac import ROLES
from localcloud.control.core.errors import ConflictError, InvalidError, require_found
from localcloud.control.core.principals import principal_exists
from localcloud.control.core.resources import RoleBinding, ServiceAccount, User
from localcloud.ids import new_id

if TYPE_CHECKING:
    from localcloud.control.access.api_keys import ApiKeys
    from localcloud.control.access.broker_rights import BrokerRights
    from localcloud.control.core.store import Store

MAX_NAME = 64
MAX_DESCRIPTION = 128


class Users:
    """The people of the organization: its administrator."""

    def __init__(self, store: Store) -> None:
        self._store = store
        if not store.all(User):
            store.add(User(id=new_id("u"), name="Administrator", email="admin@localhost"))

    @property
    def admin(self) -> User:
        """The organization's administrator."""
        return self._store.all(User)[0]

    def all(self) -> list[User]:
        """All users."""
        return self._store.all(User)

    def get(self, user_id: str) -> User:
        """The user of that id, else :class:`NotFoundError`."""
        return require_found(self._store.get(User, user_id), f"User {user_id} does not exist.")


class ServiceAccounts:
    """Identities for programs. A name is unique in the organization."""

    def __init__(self, store: Store, keys: ApiKeys, broker_rights: BrokerRights) -> None:
        self._store = store
        self._keys = keys
        self._broker_rights = broker_rights

    def create(self, name: str, description: str) -> ServiceAccount:
        """Create a service account. :class:`ConflictError` if the name is in use."""
        account = ServiceAccount(id=new_id("sa"), name=name, description=description)
        with self._store.transaction():
            self._check(account)
            self._store.add(account)
        return account

    def all(self) -> list[ServiceAccount]:
        """All of them."""
        return self._store.all(ServiceAccount)

    def get(self, account_id: str) -> ServiceAccount:
        """The service account of that id, else :class:`NotFoundError`."""
        return require_found(
            self._store.get(ServiceAccount, account_id), f"Service Account {account_id} does not exist."
        )

    def update(self, account_id: str, values: dict[str, Any]) -> ServiceAccount:
        """Change ``name`` or ``description``."""
        with self._store.transaction():
            account = self.get(account_id)
            self._check(account.changed(**values))
            return self._store.update(account, **values) or account

    def delete(self, account_id: str) -> None:
        """Delete a service account with its API keys and role bindings."""
        account = self.get(account_id)
        # Keys first: interrupted here, the account is still there to be deleted again, and opens nothing.
        self._keys.delete_where(lambda key: key.owner_id == account_id)
        principal = f"User:{account_id}"
        bindings = [binding for binding in self._store.all(RoleBinding) if binding.principal == principal]
        self._store.remove(account, *bindings)
        self._broker_rights.changed()

    def _check(self, account: ServiceAccount) -> None:
        if not account.name or len(account.name) > MAX_NAME:
            raise InvalidError(
                f"display_name must have 1 to {MAX_NAME} characters, not {len(account.name)}.", pointer="/display_name"
            )
        if len(account.description) > MAX_DESCRIPTION:
            raise InvalidError(f"description must have at most {MAX_DESCRIPTION} characters.", pointer="/description")
        if any(other.id != account.id for other in self._store.named(ServiceAccount, "", account.name)):
            raise ConflictError("Service name is already in use.", pointer="/display_name")


class RoleBindings:
    """Role bindings: a principal, a role, and the CRN pattern that the role covers."""

    def __init__(self, store: Store, organization_crn: str, broker_rights: BrokerRights) -> None:
        self._store = store
        self._organization = organization_crn
        self._broker_rights = broker_rights

    def create(self, principal: str, role_name: str, crn_pattern: str) -> RoleBinding:
        """Create a role binding and notify the brokers. :class:`ConflictError` if an equal one exists."""
        binding = RoleBinding(id=new_id("rb"), principal=principal, role_name=role_name, crn_pattern=crn_pattern)
        if role_name not in ROLES:
            raise InvalidError(f"Role {role_name!r} is unknown: use one of {', '.join(ROLES)}.", pointer="/role_name")
        if crn_pattern != self._organization and not crn_pattern.startswith(f"{self._organization}/"):
            raise InvalidError(
                f"crn_pattern {crn_pattern!r} is outside this organization: it must begin with {self._organization}.",
                pointer="/crn_pattern",
            )
        with self._store.transaction():
            self._check_principal(principal)
            if any(_same(binding, other) for other in self._store.all(RoleBinding)):
                raise ConflictError(f"{principal} has the role {role_name} on {crn_pattern} already.")
            self._store.add(binding)
        self._broker_rights.changed()
        return binding

    def all(self) -> list[RoleBinding]:
        """All of them."""
        return self._store.all(RoleBinding)

    def get(self, binding_id: str) -> RoleBinding:
        """The role binding of that id, else :class:`NotFoundError`."""
        return require_found(self._store.get(RoleBinding, binding_id), f"Role binding {binding_id} does not exist.")

    def delete(self, binding_id: str) -> RoleBinding:
        """Delete a role binding and notify the brokers; returns the deleted one."""
        binding = self.get(binding_id)
        self._store.remove(binding)
        self._broker_rights.changed()
        return binding

    def _check_principal(self, principal: str) -> None:
        kind, _, identifier = principal.partition(":")
        if kind != "User" or not principal_exists(self._store, identifier):
            raise InvalidError(
                f"Principal {principal!r} does not exist: name a user or service account, as in User:sa-abc123.",
                pointer="/principal",
            )


def _same(one: RoleBinding, other: RoleBinding) -> bool:
    return (one.principal, one.role_name, one.crn_pattern) == (other.principal, other.role_name, other.crn_pattern)
