"""The demo graph of the documentation, for tests to damage."""

DEMO = """\
schema: blastradius/graph/1
name: demo
parties:
  - {id: vw, name: Volkswagen, role: oem, aliases: [VW]}
  - {id: conti, name: Continental, role: tier1, country: NO}
datasets:
  - {id: vw-ecu, owner: vw, varieties: [Secrets, Source code], documents: 1200}
shares:
  - discloser: vw
    recipient: conti
    datasets: [vw-ecu]
    probability: 0.5
    since: 2015-01
    until: 2020-06
access:
  - {grantor: vw, grantee: conti, via: vpn, probability: 0.1}
incidents:
  - id: demo-breach
    origins: [conti]
    actions: [hacking]
    window: 2022-07-01/2022-08-05
    observations:
      - {party: vw, state: reported, event: exposed}
"""
