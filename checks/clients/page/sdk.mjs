// Gives the tests the SDK that the page has loaded.
import { SdkClient } from "../sdk_client.mjs";

globalThis.SdkClient = SdkClient;
