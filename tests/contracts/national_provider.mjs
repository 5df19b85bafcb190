// The independent identity provider `oidc-provider` as the national sign-on, for tests: a process of its own.
// It signs in whoever POST /as names last, without asking, and demands PKCE. Prints its issuer once it listens.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const [redirectUri] = process.argv.slice(2);
let claims = { sub: "nobody" };
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "lienthong", client_secret: "a-secret-of-tests", redirect_uris: [redirectUri] }],
    claims: {
      openid: [
        "sub", "TechID", "LoaiTaiKhoan", "HoVaTen", "SoDinhDanh", "NgayThangNamSinh", "MaSoThue", "TenDoanhNghiep",
      ],
    },
    cookies: { keys: ["of-tests"] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ ...claims, sub: id }) }),
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc;
      const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    if (request.url === "/as") {
      let body = "";
      for await (const piece of request) body += piece;
      claims = JSON.parse(body);
      response.end("ok");
    } else if (request.url.startsWith("/interaction/")) {
      await provider.interactionFinished(request, response, { login: { accountId: claims.sub } });
    } else {
      answer(request, response);
    }
  });
  console.log(`listening ${issuer}`);
});
