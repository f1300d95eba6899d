"""A small register, for tests to damage."""

DEMO = {
    "graph": "name,description\ndemo,Two parties\n",
    "parties": "id,name,role,country,aliases\nvw,Volkswagen,oem,DE,VW|V. W.\nconti,Continental,tier1,,\n",
    "datasets": (
        "id,owner,varieties,documents,own_probability\nvw-ecu,vw,Secrets|Source code,1200,0.3\n"
    ),
    "shares": (
        "discloser,recipient,datasets,since,until,retention_days,probability,certainty,sources\n"
        "vw,conti,vw-ecu,2015-01,2020-06,3650,0.5,documented,letter\n"
    ),
    "access": "id,grantor,grantee,via,probability,probability_low,probability_high\ndoor,vw,conti,vpn,0.1,,0.2\n",
    "dependencies": "customer,supplier,what\nvw,conti,tyres\n",
    "incidents": (
        "id,origins,actions,window,demand_amount\nbreach,conti,hacking,2022-07-01/2022-08-05,5e7\n"
    ),
    "observations": "incident,party,state\nbreach,vw,reported\n",
    "sources": "id,title,tier\nletter,Letter of Continental,primary\n",
}


def write(folder, **changed):
    """Write the demo with some tables changed; None leaves a table out."""
    folder.mkdir(exist_ok=True)
    for name, text in (DEMO | changed).items():
        if text is not None:
            content = text if isinstance(text, bytes) else text.encode()
            (folder / f"{name}.csv").write_bytes(content)
    return folder


def damaged(table, old, new):
    """Return a table of the demo with one text replaced."""
    assert DEMO[table].count(old) == 1, (table, old)
    return {table: DEMO[table].replace(old, new)}
