"""Addresses of parties: names without a namespace before signing in, `parties:` inside."""

from django.urls import include, path

from trellis.parties import views_account, views_keys, views_operator, views_organisation, views_seats, views_signin

inside = [
    path("account/", views_account.account, name="account"),
    path("account/password/", views_account.password, name="password"),
    path("account/app/", views_account.totp, name="totp"),
    path("account/key/", views_account.passkey, name="passkey"),
    path("account/recovery-codes/", views_account.recovery, name="recovery"),
    path("account/factors/<uuid:factor>/remove/", views_account.factor_remove, name="factor-remove"),
    path("account/tokens/make/", views_account.token_make, name="token-make"),
    path("account/tokens/<uuid:token>/revoke/", views_account.token_revoke, name="token-revoke"),
    path("organisation/", views_organisation.organisation, name="organisation"),
    path("organisation/history/", views_organisation.history, name="history"),
    path("organisation/invite/", views_organisation.invite, name="invite"),
    path("organisation/import/", views_organisation.people_import, name="people-import"),
    path("organisation/import/template.<slug:kind>", views_organisation.import_template, name="import-template"),
    path(
        "organisation/invitations/<uuid:invitation>/withdraw/",
        views_organisation.invitation_withdraw,
        name="invitation-withdraw",
    ),
    path("organisation/members/<uuid:person>/", views_organisation.member, name="member"),
    path("organisation/members/<uuid:person>/leave/", views_organisation.leave, name="leave"),
    path("organisation/members/<uuid:person>/reset/", views_organisation.reset_ask, name="reset-ask"),
    path("organisation/resets/<uuid:reset>/do/", views_organisation.reset_do, name="reset-do"),
    path("organisation/resets/<uuid:reset>/withdraw/", views_organisation.reset_withdraw, name="reset-withdraw"),
    path("organisation/keys/rotate/", views_organisation.key_rotate, name="key-rotate"),
    path("organisation/keys/own/", views_keys.own_key, name="own-key"),
    path("organisation/keys/own/statement/", views_keys.statement, name="own-key-statement"),
    path("organisation/keys/own/withdraw/", views_keys.own_key_withdraw, name="own-key-withdraw"),
    path("organisation/seats/make/", views_seats.seat_open, name="seat-open"),
    path("organisation/seats/<uuid:seat>/", views_seats.seat, name="seat"),
    path("organisation/seats/<uuid:seat>/vacate/", views_seats.seat_vacate, name="seat-vacate"),
    path("operator/", views_operator.organisations, name="operator"),
    path("operator/open/", views_operator.organisation_open, name="operator-open"),
    path("operator/import/", views_operator.organisations_import, name="operator-import"),
    path("operator/<uuid:organisation>/invite/", views_operator.administrator_invite, name="operator-invite"),
]

urlpatterns = [
    path("sign-in/", views_signin.sign_in, name="sign-in"),
    path("sign-in/second/", views_signin.second, name="sign-in-second"),
    path("sign-in/provider/", views_signin.provider_begin, name="provider"),
    path("sign-in/provider/back/", views_signin.provider_back, name="provider-back"),
    path("sign-out/", views_signin.sign_out, name="sign-out"),
    path("invitation/", views_signin.invitation, name="invitation"),
    path("", include((inside, "parties"))),
]
